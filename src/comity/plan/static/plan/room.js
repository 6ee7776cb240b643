// Take notes without leaving the keyboard: Enter writes, N goes to the line, Alt with an arrow changes the point.
// Every page works without it.
(() => {
  "use strict";
  const form = document.querySelector("#note-form");
  if (!form) return;
  const line = form.querySelector("#note-line");
  const point = form.querySelector("#note-point");
  const error = form.querySelector("#note-error");
  form.querySelector(".keys").hidden = false;
  let sent = "";

  form.addEventListener("htmx:beforeRequest", () => {
    sent = line.value;
    error.textContent = "";
  });
  form.addEventListener("htmx:afterRequest", (event) => {
    if (!event.detail.successful) {
      error.textContent = event.detail.xhr?.status === 422 ? event.detail.xhr.responseText : String(event.detail.xhr?.status || "");
      return;
    }
    // What was typed on while the line was on its way stays.
    line.value = line.value.startsWith(sent) ? line.value.slice(sent.length) : line.value;
    line.focus();
  });

  document.addEventListener("keydown", (event) => {
    if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      event.preventDefault();
      const step = event.key === "ArrowUp" ? -1 : 1;
      point.selectedIndex = Math.min(Math.max(point.selectedIndex + step, 0), point.options.length - 1);
      return;
    }
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (!typing && !event.ctrlKey && !event.metaKey && !event.altKey && event.key.toLowerCase() === "n") {
      event.preventDefault();
      line.focus();
    }
  });
})();
