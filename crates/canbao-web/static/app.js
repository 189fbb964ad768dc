// What the keyboard does, and what a page asks before it is left. No page needs it to work.
"use strict";
(() => {
  const typing = (at) => at.closest("input, select, textarea, [contenteditable]") !== null;
  const rows = () => Array.from(document.querySelectorAll("table.rows tbody tr")).filter((row) => row.querySelector("th a"));
  const link = (row) => row && row.querySelector("th a");
  const step = (by) => {
    const all = rows();
    const at = all.findIndex((row) => row.contains(document.activeElement));
    const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + by))];
    if (next) link(next).focus();
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || typing(event.target)) return;
    if (event.key === "/") {
      const search = document.getElementById("q");
      if (search) { event.preventDefault(); search.focus(); search.select(); }
    } else if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else if (event.key === "x") {
      const row = document.activeElement.closest("tr");
      const box = row && row.querySelector("input[type=checkbox]");
      if (box) box.click();
    } else if (/^[0-9a-z]$/.test(event.key)) {
      const button = document.querySelector(`[data-key="${event.key}"]`);
      if (button) { event.preventDefault(); button.click(); }
    }
  });
  // one list open at a time, closed by Escape or a press beside it
  const close = (but) => document.querySelectorAll("details.pop[open]").forEach((open) => { if (open !== but) open.open = false; });
  document.addEventListener("click", (event) => close(event.target.closest("details.pop")));
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") close(null); });
  document.querySelectorAll("[data-all]").forEach((all) => all.addEventListener("change", () => {
    all.closest("table").querySelectorAll("tbody input[type=checkbox]").forEach((box) => { box.checked = all.checked; });
  }));
  document.querySelectorAll("[data-submit]").forEach((field) => field.addEventListener("change", () => field.form.requestSubmit()));
  // a part of the page that follows what happens; drawn anew when it is over
  document.querySelectorAll("[data-live]").forEach((part) => {
    const source = new EventSource(part.dataset.live);
    source.addEventListener("message", (event) => { if (event.data) part.innerHTML = event.data; });
    source.addEventListener("done", () => { source.close(); window.location.reload(); });
  });
  // what scrolls by itself is reached by the keyboard, too
  const reach = () => document.querySelectorAll(".scroll, pre").forEach((box) => {
    if (box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  });
  reach();
  window.addEventListener("resize", reach);
  document.querySelectorAll("[data-print]").forEach((button) => button.addEventListener("click", () => window.print()));
  // the digest of a file that stays where it is; without a secure page browsers offer no way to work it out
  document.querySelectorAll("[data-digest]").forEach((file) => {
    if (!window.crypto || !window.crypto.subtle) return;
    file.hidden = false;
    file.addEventListener("change", async () => {
      const field = document.getElementById(file.dataset.digest);
      if (!file.files.length) { field.value = ""; return; }
      const digest = await window.crypto.subtle.digest("SHA-256", await file.files[0].arrayBuffer());
      field.value = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
    });
  });
})();
