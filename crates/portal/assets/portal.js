// What pages do beyond HTML. Everything works without this file: links lead to pages of their own,
// forms post, times are told by the server.
"use strict";

(() => {
  const language = document.documentElement.lang;

  // Times: the exact one in the reader's own time zone, on hover.
  const exact = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "long" });
  function times(root) {
    for (const time of root.querySelectorAll("time[datetime]")) {
      const told = exact.format(new Date(time.dateTime));
      // Within a sentence it is the time itself that is read.
      if (time.dataset.exact === undefined) {
        time.title = told;
      } else {
        time.textContent = told;
      }
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
    window.htmx?.process(part);
    ready(dialog);
    if (!dialog.open) {
      dialog.showModal();
    }
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-dialog]");
    if (link && dialog && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      closeMenus();
      ask(link).catch(() => window.location.assign(link.href));
      return;
    }
    if (event.target.closest("dialog [data-cancel]")) {
      event.preventDefault();
      dialog.close();
      return;
    }
    const copy = event.target.closest("[data-copy]");
    if (copy) {
      const from = document.getElementById(copy.dataset.copy);
      take(from).then(() => say(copy.dataset.copied), () => {});
      return;
    }
    if (event.target === dialog) {
      dialog.close();
    }
    closeMenus(event.target.closest("details.menu"));
  });

  // Where nobody may write to the clipboard (no TLS, somebody's frame), the text is selected.
  function take(from) {
    window.getSelection().selectAllChildren(from);
    return navigator.clipboard
      ? navigator.clipboard.writeText(from.textContent)
      : Promise.reject(new Error("there is no clipboard"));
  }

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

  // What only works with scripts is seen with scripts.
  function unhide(root) {
    for (const part of root.querySelectorAll("[data-needs-script]")) {
      part.hidden = false;
    }
  }

  // What is new in a live part is told to those who listen, and nothing twice.
  const said = new Map();
  function news(root) {
    for (const part of root.querySelectorAll("[data-says]")) {
      const before = said.get(part.id);
      said.set(part.id, part.dataset.says);
      if (before !== undefined && before !== part.dataset.says) {
        say(part.dataset.says);
      }
    }
  }

  function ready(root) {
    times(root);
    choices(root);
    unhide(root);
    news(root);
  }
  document.addEventListener("htmx:afterSwap", (event) => ready(event.target));
  // What asks again by itself rests while nobody looks.
  document.addEventListener("htmx:beforeRequest", (event) => {
    const part = event.detail.elt;
    if (part.getAttribute("hx-trigger")?.startsWith("every") && document.hidden) {
      event.preventDefault();
    }
  });
  // What was opened in a part stays open when the part comes anew.
  let open = [];
  document.addEventListener("htmx:beforeSwap", (event) => {
    open = [...event.detail.target.querySelectorAll("details[open][id]")].map((one) => one.id);
  });
  document.addEventListener("htmx:afterSwap", () => {
    for (const id of open) {
      const details = document.getElementById(id);
      if (details) {
        details.open = true;
      }
    }
    open = [];
  });
  // A refusal is shown in its place too.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status === 422 || event.detail.xhr.status === 409) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });
  // A refusal in place of a part of the page, or no answer at all.
  for (const event of ["refused", "htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(event, () => say(document.getElementById("live").dataset.failed));
  }
  document.documentElement.classList.add("scripted");
  ready(document);
})();
