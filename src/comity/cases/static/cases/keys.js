// Move through lists by keyboard: J and K, Enter, X, slash, N.  Every page works without it.
(() => {
  "use strict";
  const typing = (target) => target.closest("input, textarea, select, [contenteditable]");
  const rows = () => [...document.querySelectorAll(".cases tbody tr, .timeline > .entry")];
  const hint = document.querySelector(".keys");
  if (hint) hint.hidden = false;
  let at = -1;

  const go = (step) => {
    const all = rows();
    if (!all.length) return;
    all[at]?.classList.remove("here");
    at = Math.min(Math.max(at + step, 0), all.length - 1);
    all[at].classList.add("here");
    const target = all[at].querySelector(".subject a, article");
    if (target && !target.hasAttribute("href")) target.tabIndex = -1;
    target?.focus();
    all[at].scrollIntoView({ block: "nearest" });
  };

  const act = {
    j: () => go(1),
    k: () => go(-1),
    x: () => rows()[at]?.querySelector("input[type=checkbox]")?.click(),
    "/": () => document.querySelector("#filter select, #filter input:not([type=hidden])")?.focus(),
    n: () => document.querySelector(".page-head button.primary")?.focus(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const found = act[event.key.toLowerCase()];
    if (found) {
      event.preventDefault();
      found();
    }
  });
})();
