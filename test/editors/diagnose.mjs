// Asks a real YAML language server, as editors do, what it thinks of cloud-configs.
//   npm install yaml-language-server        (in any folder)
//   kairos-agent print-schema > schema.json
//   node test/editors/diagnose.mjs FOLDER-WITH-node_modules schema.json FILE...
// Prints FILE:LINE:COLUMN: MESSAGE for each diagnostic, then what it completes under `install:`.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [modules, schema, ...files] = process.argv.slice(2);
const server = spawn(
  process.execPath,
  [resolve(modules, "node_modules/yaml-language-server/bin/yaml-language-server"), "--stdio"],
  { stdio: ["pipe", "pipe", "inherit"] });
let buffer = Buffer.alloc(0);
let next = 1;
const answers = new Map();
const diagnostics = new Map();

const settings = {
  yaml: {
    schemas: { [pathToFileURL(resolve(schema)).href]: "*.yaml" },
    validate: true, completion: true, hover: false,
    schemaStore: { enable: false },
  },
};

function send(message) {
  const text = JSON.stringify({ jsonrpc: "2.0", ...message });
  server.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
}

function request(method, params) {
  const id = next++;
  return new Promise((done) => {
    answers.set(id, done);
    send({ id, method, params });
  });
}

function receive(message) {
  if (message.method === "workspace/configuration") {
    send({ id: message.id, result: message.params.items.map((i) => settings[i.section] ?? null) });
  } else if (message.method === "textDocument/publishDiagnostics") {
    diagnostics.get(message.params.uri)?.(message.params.diagnostics);
  } else if (message.method && message.id !== undefined) {
    send({ id: message.id, result: null });
  } else if (answers.has(message.id)) {
    answers.get(message.id)(message.result);
  }
}

server.stdout.on("data", (data) => {
  buffer = Buffer.concat([buffer, data]);
  for (;;) {
    const end = buffer.indexOf("\r\n\r\n");
    if (end < 0) return;
    const length = Number(/Content-Length: (\d+)/i.exec(buffer.subarray(0, end))[1]);
    if (buffer.length < end + 4 + length) return;
    const message = JSON.parse(buffer.subarray(end + 4, end + 4 + length));
    buffer = buffer.subarray(end + 4 + length);
    receive(message);
  }
});

const deadline = setTimeout(() => {
  console.error("the language server did not answer within a minute");
  process.exit(2);
}, 60_000);

await request("initialize", {
  processId: process.pid, rootUri: null,
  capabilities: { workspace: { configuration: true, didChangeConfiguration: {} } },
});
send({ method: "initialized", params: {} });
send({ method: "workspace/didChangeConfiguration", params: { settings } });

function open(uri, text) {
  return new Promise((done) => {
    diagnostics.set(uri, done);
    send({
      method: "textDocument/didOpen",
      params: { textDocument: { uri, languageId: "yaml", version: 1, text } },
    });
  });
}

for (const file of files) {
  for (const found of await open(pathToFileURL(resolve(file)).href, readFileSync(file, "utf8"))) {
    const { line, character } = found.range.start;
    console.log(`${file}:${line + 1}:${character + 1}: ${found.message.split("\n")[0]}`);
  }
}

const uri = "file:///completion.yaml";
await open(uri, "#cloud-config\ninstall:\n  \n");
const completed = await request("textDocument/completion", {
  textDocument: { uri }, position: { line: 2, character: 2 },
});
const labels = (completed.items ?? completed).map((item) => item.label).sort();
console.log(`completes under install: ${labels.join(" ")}`);
clearTimeout(deadline);
server.kill();
process.exit(0);
