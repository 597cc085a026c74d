// Makes documents with npm's libraries, as benchmarks/maker.py does with ours.
//
// node make.js CASE: a file of JSON with `format`, `request`, `path` and `fonts`. Says
// "ready"; then, for each line of input, a number of seconds, makes documents for that
// long, at least one, and answers with the milliseconds that each took.

"use strict";

const { readFileSync, rmSync } = require("node:fs");
const readline = require("node:readline");

const task = JSON.parse(readFileSync(process.argv[2], "utf8"));
const { make } = require(`./${task.format}.js`);

async function makeFor(seconds) {
  const milliseconds = [];
  const endsAt = performance.now() + seconds * 1000;
  do {
    // To write over a file makes some file systems wait for the disk.
    rmSync(task.path, { force: true });
    const started = performance.now();
    await make(task);
    milliseconds.push(performance.now() - started);
  } while (performance.now() < endsAt);
  return milliseconds;
}

async function main() {
  console.log("ready");
  for await (const line of readline.createInterface({ input: process.stdin })) {
    console.log(JSON.stringify(await makeFor(Number(line))));
  }
}

main();
