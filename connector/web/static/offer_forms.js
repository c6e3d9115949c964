// The forms of an offer work without this file. It keeps what is typed, sends files with progress, and shows terms anew.
"use strict";

// What is typed is kept on the server as it is typed, so that nothing is lost with the window.
const kept = document.querySelector("form[data-autosave]");
if (kept) {
  const read = () => new URLSearchParams(new FormData(kept)).toString();
  let saved = read();
  let [saving, busy] = [Promise.resolve(), 0];
  const save = async () => {
    const body = new URLSearchParams(new FormData(kept));
    if (kept.dataset.sent || body.toString() === saved) return;
    body.set("speichern", "1");
    const answer = await fetch(kept.action, { method: "POST", body, keepalive: true }).catch(() => null);
    // Another window has saved, or the session is over: the next step says so, with everything that is typed.
    if (answer?.status !== 204) return;
    kept.elements.stand.value = answer.headers.get("Stand");
    saved = read();
    if (kept.dataset.renew) await follow(kept.dataset.renew);
  };
  const queue = () => {
    busy += 1;
    return (saving = saving.then(save).finally(() => (busy -= 1)));
  };
  // A form that is sent while it is being saved would be one of an older version.
  kept.addEventListener("submit", (event) => {
    if (!busy) return;
    event.preventDefault();
    event.stopPropagation();
    saving.then(() => kept.requestSubmit(event.submitter));
  });
  kept.addEventListener("change", (event) => {
    // Another operand has other values: its line is drawn anew.
    if (kept.dataset.anew && event.target.matches("select")) {
      queue().then(() => follow(kept.dataset.anew)).then(() => (saved = read()));
      return;
    }
    queue();
  });
  document.addEventListener("visibilitychange", () => document.hidden && queue());
}

async function follow(id) {
  // A page that names a fault has the address that the form was sent to: without the form.
  const place = new URL(kept.action);
  place.searchParams.set("id", kept.elements.id.value);
  const answer = await fetch(place).catch(() => null);
  if (!answer?.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(id);
  const focused = document.activeElement?.id;
  if (fresh) document.getElementById(id).replaceChildren(...fresh.childNodes);
  if (focused) document.getElementById(focused)?.focus();
}

const drop = document.querySelector("form[data-upload]");
if (drop) {
  const input = drop.querySelector("input[type=file]");
  const shown = drop.querySelector(".progress");
  const [bar, text] = [shown.querySelector("progress"), shown.querySelector("[role=status]")];
  const tell = (sentence) => {
    shown.hidden = false;
    text.textContent = sentence;
  };

  for (const name of ["dragover", "dragleave", "drop"]) {
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.toggle("over", name === "dragover");
    });
  }
  drop.addEventListener("drop", (event) => {
    if (event.dataTransfer.files.length) send(event.dataTransfer.files[0]);
  });
  input.addEventListener("change", () => input.files.length && send(input.files[0]));
  drop.addEventListener("submit", (event) => {
    event.preventDefault();
    delete drop.dataset.sent;
    if (input.files.length) send(input.files[0]);
  });

  const begin = async () => {
    const begun = await (await fetch("/neues-angebot/beginnen", { method: "POST", body: "" })).json();
    drop.dataset.form = begun.id;
    history.replaceState(null, "", begun.path);
  };

  const send = async (file) => {
    if (drop.dataset.going) return;
    if (file.size === 0) return tell(drop.dataset.empty);
    if (file.size > Number(drop.dataset.largest)) return tell(drop.dataset.large);
    drop.dataset.going = "1";
    try {
      if (!drop.dataset.form) await begin();
      const query = new URLSearchParams({ id: drop.dataset.form, name: file.name, groesse: file.size, geaendert: file.lastModified });
      const path = `/neues-angebot/hochladen?${query}`;
      const { stored } = await (await fetch(path)).json();
      const answer = await post(`${path}&ab=${stored}`, file.slice(stored), stored, file.size);
      if (answer.path) location.assign(answer.path);
      else tell(answer.problem);
    } catch {
      tell(drop.dataset.broken);
    }
    delete drop.dataset.going;
    input.value = "";
  };

  const post = (path, bytes, stored, size) =>
    new Promise((done, failed) => {
      const request = new XMLHttpRequest();
      request.open("POST", path);
      request.setRequestHeader("Content-Type", "application/octet-stream");
      request.upload.addEventListener("progress", (event) => {
        bar.value = Math.floor(((stored + event.loaded) / size) * 100);
        tell(bar.value < 100 ? `${drop.dataset.wait} ${bar.value} %` : drop.dataset.looking);
      });
      request.addEventListener("load", () => {
        try {
          done(JSON.parse(request.responseText));
        } catch (fault) {
          failed(fault);
        }
      });
      request.addEventListener("error", failed);
      request.send(bytes);
    });

  // Somebody was quicker than this file.
  if (input.files.length) send(input.files[0]);
}
