"use strict";

// A merchant written the way i'mport's documentation shows it. It looks at `code` and at nothing
// else, also after a charge, because that is what merchants who follow the documentation do; the
// payment goes along so that a test can see what such a merchant overlooks.

const axios = require("axios");
const express = require("express");

const { IAMPORT_BASE_URL, IMP_KEY, IMP_SECRET } = process.env;

async function getToken() {
  const answer = await axios({
    url: `${IAMPORT_BASE_URL}/users/getToken`,
    method: "post",
    headers: { "Content-Type": "application/json" },
    data: { imp_key: IMP_KEY, imp_secret: IMP_SECRET },
  });
  return answer.data.response.access_token;
}

async function callIamport(method, path, data) {
  const token = await getToken();
  const answer = await axios({
    url: `${IAMPORT_BASE_URL}${path}`,
    method,
    headers: { Authorization: token },
    data,
  });
  return answer.data;
}

function registerCard({ customer_uid, card_number, expiry, birth, pwd_2digit }) {
  const card = { card_number, expiry, birth, pwd_2digit };
  return callIamport("post", `/subscribe/customers/${customer_uid}`, card);
}

function chargeKey({ customer_uid, merchant_uid, amount }) {
  const order = { customer_uid, merchant_uid, amount, name: "월간 이용권 정기결제" };
  return callIamport("post", "/subscribe/payments/again", order);
}

function payByCard(form) {
  const { card_number, expiry, birth, pwd_2digit, customer_uid, merchant_uid, amount } = form;
  const card = { card_number, expiry, birth, pwd_2digit };
  const order = { customer_uid, merchant_uid, amount, name: "최초 결제" };
  return callIamport("post", "/subscribe/payments/onetime", { ...card, ...order });
}

const viewKey = ({ customer_uid }) => callIamport("get", `/subscribe/customers/${customer_uid}`);
const findPayment = ({ imp_uid }) => callIamport("get", `/payments/${imp_uid}`);
const findOrder = ({ merchant_uid }) => callIamport("get", `/payments/find/${merchant_uid}`);

// A route that asks i'mport and tells its own caller what came of it.
function answering(ask, tell) {
  return async (request, response) => {
    try {
      const envelope = await ask({ ...request.params, ...request.body });
      response.json(tell(envelope));
    } catch (error) {
      response.status(400).json({ status: "failed", message: error.message });
    }
  };
}

function registered({ code, message }) {
  return code === 0
    ? { status: "success", message: "the card is registered" }
    : { status: "failed", message };
}

function charged({ code, message, response }) {
  return code === 0
    ? { status: "success", message: "the card was charged", payment: response }
    : { status: "failed", message, payment: null };
}

function found({ code, message, response }) {
  return code === 0
    ? { status: "success", message: "found", found: response }
    : { status: "failed", message, found: null };
}

const application = express();
application.use(express.urlencoded({ extended: true }));
application.use(express.json());

application.post("/subscriptions/issue-billing", answering(registerCard, registered));
application.post("/subscriptions/charge", answering(chargeKey, charged));
application.post("/payments/key-in", answering(payByCard, charged));
application.get("/subscriptions/:customer_uid", answering(viewKey, found));
application.get("/payments/:imp_uid", answering(findPayment, found));
application.get("/orders/:merchant_uid", answering(findOrder, found));

const server = application.listen(0, "127.0.0.1", () => {
  console.log(`merchant at http://127.0.0.1:${server.address().port}`);
});
