"use strict";

const byId = id => document.getElementById(id);
const log = byId("log");
const bar = byId("bar");
const steps = [...document.querySelectorAll("#steps li")];
const total = steps.reduce((sum, step) => sum + Number(step.dataset.weight), 0);

let lines = [];
let lastError = "";
let isOver = false;
let current = -1;

/* ---- what the machine says */

function reset() {
  lines = [];
  lastError = "";
  current = -1;
  log.replaceChildren();
  bar.value = 0;
  steps.forEach(step => step.className = "");
}

function reach(name) {
  const index = steps.findIndex(step => step.dataset.step === name);
  if (index < 0) {
    return;
  }
  current = index;
  steps.forEach((step, at) => step.className = at < index ? "past" : at === index ? "now" : "");
  advance(0);
  byId("status").textContent = steps[index].textContent + "…";
}

/* How far within the current step. */
function advance(share) {
  if (current < 0) {
    return;
  }
  const before = steps.slice(0, current).reduce((sum, step) => sum + Number(step.dataset.weight), 0);
  bar.value = 100 * (before + share * Number(steps[current].dataset.weight)) / total;
}

function show(html) {
  const line = document.createElement("div");
  line.innerHTML = html; // escaped by the machine; only its own spans are tags
  const plain = line.textContent;
  lines.push(plain);
  if (/^\[(STEP|INFO|COMPLETE)/.test(plain)) {
    line.className = "mark";
  } else if (plain.startsWith("[ERROR]")) {
    line.className = "error";
    lastError += plain.slice("[ERROR] ".length) + "\n";
  }
  log.append(line);
  if (byId("autoscroll").checked) {
    log.scrollTop = log.scrollHeight;
  }
  return plain;
}

function finish(plain) {
  isOver = true;
  const succeeded = plain.startsWith("[COMPLETE] Installation finished");
  const outcome = byId("outcome");
  outcome.hidden = false;
  if (succeeded) {
    bar.value = 100;
    steps.forEach(step => step.className = "past");
    document.title = byId("title").textContent = "Kairos is installed";
    byId("status").textContent = "Everything went well.";
    outcome.className = "note success";
    outcome.textContent = "Take the installation medium out. When the machine starts again, it is the new system.";
  } else {
    if (current >= 0) {
      steps[current].className = "failed";
    }
    document.title = byId("title").textContent = "The installation failed";
    byId("status").textContent = plain.replace("[COMPLETE] ", "");
    outcome.className = "note danger";
    outcome.textContent = lastError.trim() || "The log says why.";
    byId("again").hidden = false;
  }
}

function hear(frame) {
  const plain = show(frame).trim();
  const step = /^\[STEP \d+\/\d+\] ([a-z-]+)/.exec(plain);
  const percent = /^(\d{1,3})%$/.exec(plain);
  if (step) {
    reach(step[1]);
  } else if (percent) {
    advance(Number(percent[1]) / 100);
  } else if (plain.startsWith("[COMPLETE]")) {
    finish(plain);
  } else if (plain === "No process!") {
    isOver = true;
    byId("status").textContent = "Nothing has been started yet.";
    byId("again").hidden = false;
  }
}

/* ---- the line to it */

function connect(pause) {
  const address = new URL("ws", location.href);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  if (session.token()) {
    address.searchParams.set("token", session.token());
  }
  const socket = new WebSocket(address);
  let isOpen = false;
  socket.addEventListener("open", () => {
    isOpen = true;
    reset(); // everything is told again
    byId("status").textContent = "Starting…";
  });
  socket.addEventListener("message", event => hear(event.data));
  socket.addEventListener("close", () => {
    if (isOver) {
      return;
    }
    byId("status").textContent = current === steps.length - 1
        ? "Done. The machine is restarting or switching off, so it does not answer any more."
        : "The machine does not answer; trying again…";
    const next = isOpen ? 1000 : Math.min(2 * pause, 15000);
    setTimeout(() => connect(next), next);
  });
}

byId("download").addEventListener("click", () => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([lines.map(line => line.trimEnd()).join("\n") + "\n"], {type: "text/plain"}));
  link.download = "installation.log";
  link.click();
  URL.revokeObjectURL(link.href);
});

session.unlock(() => connect(500));
