"""The merchant's half of the contract: what an integration owes its shoppers and its shop.

The kit plays i'mport: it drives the merchant through the requests that a description names, lets
i'mport fail, and judges by what the merchant answered, by the calls that it made, and by i'mport's
books.
"""
