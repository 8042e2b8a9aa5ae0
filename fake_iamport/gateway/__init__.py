"""The pretended payment gateway: profiles, issuers, failures and the cards that cause them."""
