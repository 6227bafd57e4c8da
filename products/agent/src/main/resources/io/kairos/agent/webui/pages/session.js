"use strict";

/* The token of the console: it comes with the address or from the field, and stays in this tab. */
const session = (() => {
  const NAME = "kairos-token";
  const given = new URLSearchParams(location.search).get("token");
  if (given) {
    sessionStorage.setItem(NAME, given);
    history.replaceState(null, "", location.pathname); // not into bookmarks and screenshots
  }

  const token = () => sessionStorage.getItem(NAME) || "";

  const request = (path, options = {}) => fetch(path, {
    ...options,
    headers: {...options.headers, ...(token() ? {"X-Kairos-Token": token()} : {})},
  });

  /* Asks for the token until the machine takes it, then goes on. */
  function unlock(whenOpen) {
    const section = document.getElementById("unlock");
    const field = document.getElementById("token");
    const problem = document.getElementById("token-problem");

    async function attempt(isTyped) {
      let answer;
      try {
        answer = await request("disks", {headers: {Accept: "application/json"}});
      } catch {
        problem.textContent = "The machine does not answer. Is it still running, and are you in the same network?";
        problem.hidden = false;
        section.hidden = false;
        return;
      }
      if (answer.status === 401 || answer.status === 429) {
        sessionStorage.removeItem(NAME);
        section.hidden = false;
        section.parentElement.classList.add("locked");
        problem.hidden = !isTyped && answer.status !== 429;
        problem.textContent = (await answer.text()).trim();
        field.focus();
        return;
      }
      field.value = token();
      section.hidden = true;
      section.parentElement.classList.remove("locked");
      problem.hidden = true;
      whenOpen(answer);
    }

    function typed() {
      if (field.value.trim()) {
        sessionStorage.setItem(NAME, field.value.trim());
        attempt(true);
      }
    }

    document.getElementById("open").addEventListener("click", typed);
    field.addEventListener("keydown", event => {
      if (event.key === "Enter") {
        event.preventDefault();
        typed();
      }
    });
    attempt(Boolean(given));
  }

  return {token, request, unlock};
})();
