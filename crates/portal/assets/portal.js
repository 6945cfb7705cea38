// What pages do beyond HTML. Everything works without this file: links lead to pages of their own,
// forms post, times are told by the server.
"use strict";

(() => {
  const language = document.documentElement.lang;

  // Times: the exact one in the reader's own time zone, on hover.
  const exact = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "long" });
  function times(root) {
    for (const time of root.querySelectorAll("time[datetime]")) {
      time.title = exact.format(new Date(time.dateTime));
    }
  }

  // Links that ask something open as a dialog: the page behind them has the same form.
  const dialog = document.getElementById("dialog");
  async function ask(link) {
    const answer = await fetch(link.href, { credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const part = page.querySelector(".ask");
    if (!answer.ok || !part) {
      window.location.assign(link.href);
      return;
    }
    dialog.replaceChildren(document.adoptNode(part));
    dialog.setAttribute("aria-labelledby", "ask-title");
    dialog.showModal();
    dialog.querySelector("[data-cancel]")?.addEventListener("click", (event) => {
      event.preventDefault();
      dialog.close();
    });
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-dialog]");
    if (link && dialog && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      closeMenus();
      ask(link).catch(() => window.location.assign(link.href));
      return;
    }
    const copy = event.target.closest("[data-copy]");
    if (copy) {
      const from = document.getElementById(copy.dataset.copy);
      navigator.clipboard.writeText(from.textContent).then(() => say(copy.dataset.copied));
      return;
    }
    if (event.target === dialog) {
      dialog.close();
    }
    closeMenus(event.target.closest("details.menu"));
  });

  // Menus close when something else is looked at.
  function closeMenus(but) {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (menu !== but) {
        menu.open = false;
      }
    }
  }
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const menu = document.querySelector("details.menu[open]");
      if (menu) {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
    }
  });

  // Told to everybody, also to those who listen to the page.
  function say(text) {
    const live = document.getElementById("live");
    const toast = document.createElement("p");
    toast.className = "toast";
    toast.textContent = text;
    live.replaceChildren(toast);
  }

  // The list of event types narrows while one types, and "all" takes the others' place.
  function choices(root) {
    for (const search of root.querySelectorAll("input[data-narrows]")) {
      search.closest(".field").hidden = false;
      search.addEventListener("input", () => {
        const part = search.value.trim().toLowerCase();
        const box = document.getElementById(search.dataset.narrows);
        for (const group of box.querySelectorAll("fieldset")) {
          let any = false;
          for (const choice of group.querySelectorAll(".check")) {
            const shown = choice.textContent.toLowerCase().includes(part);
            choice.hidden = !shown;
            any = any || shown;
          }
          group.hidden = !any;
        }
      });
    }
    for (const all of root.querySelectorAll("input[data-hides]")) {
      const show = () => {
        document.getElementById(all.dataset.hides).hidden = all.checked;
      };
      all.addEventListener("change", show);
      show();
    }
    // A choice that is a filter holds at once.
    for (const field of root.querySelectorAll("[data-submits]")) {
      field.addEventListener("change", () => field.form.requestSubmit());
    }
  }

  function ready(root) {
    times(root);
    choices(root);
  }
  document.addEventListener("htmx:afterSwap", (event) => ready(event.target));
  // A refusal is shown in its place too.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status === 422 || event.detail.xhr.status === 409) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });
  document.documentElement.classList.add("scripted");
  ready(document);
})();
