"use strict";

const byId = id => document.getElementById(id);
const element = (tag, className, text) => {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
};

/* ---- disks */

const device = byId("installation-device");

function showVictim() {
  const chosen = device.value.trim() || "auto";
  byId("victim").textContent = chosen === "auto"
      ? automaticDisk ? `${automaticDisk} (the largest free disk)` : "the largest free disk"
      : chosen;
  byId("agree").checked = false;
  for (const radio of document.querySelectorAll("#disks input")) {
    radio.checked = radio.value === chosen;
  }
}

let automaticDisk = null;

function about(disk) {
  const words = [disk.model ? disk.model.trim() : "unknown model"];
  if (disk.removable) {
    words.push("removable");
  }
  if (disk.kairos) {
    words.push(disk.kairos === "complete" ? "Kairos is installed on it" : "an interrupted installation of Kairos");
  } else if (disk.partitions.length === 0) {
    words.push("no partitions");
  }
  if (disk.partitions.length > 0) {
    words.push("holds " + disk.partitions
        .map(part => `${part.label || part.type || "unknown"} (${part.shownSize})`).join(", "));
  }
  return words.join(" · ");
}

function card(value, title, size, text, objection) {
  const label = element("label", "card", "");
  const radio = document.createElement("input");
  radio.type = "radio";
  radio.name = "";
  radio.value = value;
  radio.disabled = Boolean(objection);
  radio.addEventListener("change", () => {
    device.value = value;
    showVictim();
  });
  label.append(radio, element("strong", "", title), element("span", "size", size), element("span", "about", text));
  if (objection) {
    label.append(element("span", "objection", "Cannot be used: " + objection));
  }
  return label;
}

async function showDisks(answer) {
  const problem = byId("disks-problem");
  if (!answer.ok) {
    problem.textContent = "The disks cannot be listed: " + (await answer.text()).trim();
    problem.hidden = false;
    return;
  }
  const found = await answer.json();
  automaticDisk = found.automatic;
  const cards = [];
  if (found.automatic) {
    cards.push(card("auto", "Automatic", "", `The largest free disk: ${found.automatic}`, null));
  }
  for (const disk of found.disks) {
    cards.push(card(disk.device, disk.device, disk.shownSize, about(disk), disk.objection));
  }
  byId("disks").replaceChildren(...cards);
  if (!found.automatic) {
    problem.textContent = "This machine has no disk that is free and large enough.";
  }
  problem.hidden = Boolean(found.automatic);
  byId("other-disk").open = !found.automatic;
  showVictim();
}

device.addEventListener("input", showVictim);

/* ---- cloud-config */

const text = byId("cloud-config");
const HEADER = /^#(cloud|kairos|node)-config/;
let asked = 0;
let waiting = null;

function goTo(line, column) {
  const lines = text.value.split("\n");
  const before = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
  const at = Math.min(text.value.length, before + Math.max(0, column - 1));
  text.focus();
  text.setSelectionRange(at, at + 1);
  text.scrollTop = Math.max(0, (line - 4) * text.scrollHeight / Math.max(1, lines.length));
}

function problemItem(problem) {
  const item = element("li", problem.severity, "");
  if (problem.line) {
    const place = element("button", "", `${problem.source}:${problem.line}:${problem.column}`);
    place.type = "button";
    place.addEventListener("click", () => goTo(problem.line, problem.column));
    item.append(place);
  }
  item.append(problem.message);
  if (problem.try) {
    item.append(element("span", "try", problem.try));
  }
  return item;
}

function verdict(kind, words) {
  byId("verdict").className = "verdict " + kind;
  byId("verdict").textContent = words;
}

const counted = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;

async function validate() {
  const turn = ++asked;
  try {
    const answer = await session.request("validate", {
      method: "POST",
      headers: {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"},
      body: new URLSearchParams({"cloud-config": text.value}),
    });
    if (turn !== asked) {
      return; // an answer about a text that is not there any more
    }
    if (!answer.ok) {
      verdict("unsure", "Not checked: " + (await answer.text()).trim());
      return;
    }
    const problems = await answer.json();
    const errors = problems.filter(problem => problem.severity === "error").length;
    byId("problems").replaceChildren(...problems.map(problemItem));
    if (errors > 0) {
      verdict("bad", `${counted(errors, "error")}: the installation would refuse this`);
    } else if (problems.length > 0) {
      verdict("unsure", `${counted(problems.length, "warning")}`);
    } else {
      verdict("good", "✓ This cloud-config is valid");
    }
  } catch {
    verdict("unsure", "Not checked: the machine does not answer");
  }
}

/* Who comes back after a failure, in the same tab, goes on where they were. */
const KEPT = "kairos-cloud-config";

function changed() {
  sessionStorage.setItem(KEPT, text.value);
  clearTimeout(waiting);
  if (!HEADER.test(text.value)) {
    asked++;
    byId("problems").replaceChildren();
    verdict("bad", "The first line has to be #cloud-config");
  } else {
    waiting = setTimeout(validate, 500);
  }
}

text.addEventListener("input", changed);

/* A text in double quotes is the same in JSON and in YAML. */
const quoted = value => JSON.stringify(value);

byId("write").addEventListener("click", () => {
  const user = byId("user").value.trim();
  const password = byId("password").value;
  const key = byId("key").value.trim();
  const hostname = byId("hostname").value.trim();
  const problem = byId("helper-problem");
  problem.hidden = true;
  if (!user || (!password && !key)) {
    problem.textContent = user
        ? "Give a password or an SSH key: otherwise nobody can log in."
        : "Give a user name.";
    problem.hidden = false;
    return;
  }
  const lines = ["#cloud-config"];
  if (hostname) {
    lines.push(`hostname: ${quoted(hostname)}`);
  }
  lines.push("users:", `  - name: ${quoted(user)}`, "    groups:", "      - admin");
  if (password) {
    lines.push(`    passwd: ${quoted(password)}`);
  }
  if (key) {
    lines.push("    ssh_authorized_keys:", `      - ${quoted(key)}`);
  }
  text.value = lines.join("\n") + "\n";
  changed();
});

/* ---- the end */

for (const [one, other] of [["reboot", "power-off"], ["power-off", "reboot"]]) {
  byId(one).addEventListener("change", () => {
    if (byId(one).checked) {
      byId(other).checked = false;
    }
  });
}

byId("install").addEventListener("submit", () => {
  byId("token").value = session.token() || byId("token").value;
  byId("start-hint").textContent = "Starting…";
});

byId("other-disk").open = false;
text.value = sessionStorage.getItem(KEPT) || text.value;
showVictim();
session.unlock(answer => {
  showDisks(answer);
  changed();
});
