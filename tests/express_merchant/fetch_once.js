"use strict";

// Sends one GET with Node's own fetch and prints what came back, its bytes in base64. The headers
// are those of the documentation's samples: they name a content type although a GET has no body.

async function main([url, token]) {
  const headers = { "Content-Type": "application/json", Authorization: token };
  const answer = await fetch(url, { headers });
  const body = Buffer.from(await answer.arrayBuffer()).toString("base64");
  console.log(JSON.stringify({ status: answer.status, body }));
}

main(process.argv.slice(2));
