// Everything works without this file. It keeps the number of waiting requests and the steps of a process fresh, and sends
// each form once.
"use strict";

const AGAIN_MS = 30000;

// A browser gives a stream up for good whose answer is an error, as that of a proxy while the server starts again.
function follow(address, take) {
  const stream = new EventSource(address);
  stream.addEventListener("message", (event) => take(JSON.parse(event.data), stream));
  stream.addEventListener("error", () => {
    if (stream.readyState === EventSource.CLOSED) setTimeout(follow, AGAIN_MS * (1 + Math.random()), address, take);
  });
  window.addEventListener("pagehide", () => stream.close());
}

const shown = document.querySelector("[data-live]");
if (shown) {
  follow(shown.dataset.live, ({ count, text }) => {
    const [number, words] = shown.children;
    number.textContent = count > 99 ? "99+" : String(count);
    if (words.textContent !== text) tell(`${shown.parentElement.firstChild.textContent.trim()}: ${text}`);
    words.textContent = text;
    shown.hidden = count === 0;
  });
}

// On a narrow screen a menu is one row that scrolls: the place of the page is seen, and the whole one before it if both fit.
for (const here of document.querySelectorAll(".stacked .menu a[aria-current], .places a[aria-current]")) {
  const [row, place] = [here.closest("ul"), here.closest("li")];
  const before = place.previousElementSibling;
  const fits = before && place.offsetLeft + place.offsetWidth - before.offsetLeft <= row.clientWidth;
  row.scrollLeft = (fits ? before : place).offsetLeft - row.firstElementChild.offsetLeft;
}

// A part of the page that the server writes anew when something happens; the last event closes the stream.
const followed = document.querySelector("[data-follow]");
if (followed) {
  follow(followed.dataset.follow, ({ part, deed, last }, stream) => {
    write(followed, part);
    followed.dataset.fresh = "";
    for (const act of document.querySelectorAll("[data-deed]")) act.hidden = !(deed || {})[act.dataset.deed];
    if (!last) return;
    stream.close();
    // What could be done as long as it went on, is over.
    for (const open of document.querySelectorAll("[data-until-end]")) open.hidden = true;
  });
}

// What is the same stays as it is, and what has the focus keeps it: a person may be on the way through it by keyboard.
function write(place, part) {
  const fresh = document.createElement("template");
  fresh.innerHTML = part;
  if (fresh.innerHTML.trim() === place.innerHTML.trim()) return;
  const at = [...place.querySelectorAll("*")].indexOf(document.activeElement);
  const before = read(place);
  place.replaceChildren(fresh.content);
  if (read(place) !== before) tell(read(place));
  if (at >= 0) place.querySelectorAll("*")[at]?.focus({ preventScroll: true });
}

function read(place) {
  return [...place.querySelectorAll("[data-told]")].map((one) => one.textContent.replace(/\s+/g, " ").trim()).join(" ");
}

// Who hears the page is told what changed by itself: only a part that was there before is read aloud.
function tell(text) {
  document.getElementById("neuigkeit").textContent = text;
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "1";
});

// A page that comes back from the memory of the browser is one from before a change.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
