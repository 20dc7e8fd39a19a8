// Parses AsyncAPI documents with npm's @asyncapi/parser: paths as arguments, the errors of each as JSON on stdout.
const { readFileSync } = require("node:fs");
const { Parser } = require("@asyncapi/parser");

const ERROR = 0; // severities of the parser: 0 error, 1 warning, 2 information, 3 hint

async function main() {
  const parser = new Parser();
  const told = {};
  for (const path of process.argv.slice(2)) {
    const { document, diagnostics } = await parser.parse(readFileSync(path, "utf8"), { source: path });
    told[path] = {
      parsed: document !== undefined,
      channels: document ? document.channels().all().map((channel) => channel.address()) : [],
      messages: document ? document.allMessages().all().map((message) => message.name()) : [],
      problems: diagnostics
        .filter((found) => found.severity <= 1)
        .map((found) => ({ error: found.severity === ERROR, code: found.code, at: found.path.join("."), message: found.message })),
    };
  }
  process.stdout.write(JSON.stringify(told));
}

main();
