// 演示手机: sends without leaving the place, and looks every few seconds for what came meanwhile.
const EVERY = 3000;
let busy = false;

function show(text, parts) {
  const page = new DOMParser().parseFromString(text, "text/html");
  for (const part of document.querySelectorAll(parts)) {
    const now = page.getElementById(part.id);
    if (!now || now.innerHTML === part.innerHTML) continue;
    part.replaceChildren(...now.childNodes);
    if (part.parentElement.matches(".screen")) part.parentElement.scrollTop = 0; // its bottom: it runs upwards
  }
}

async function ask(address, parts, more) {
  const answer = await fetch(address, more);
  if (!answer.ok) throw new Error(answer.status);
  show(await answer.text(), parts);
}

addEventListener("submit", async (event) => {
  const { target: form, submitter } = event;
  if (form.method !== "post" || !form.closest(".phone")) return;
  event.preventDefault();
  if (busy) return;
  busy = true;
  form.setAttribute("aria-busy", "true");
  try {
    await ask(form.action, "[data-live]", { method: "POST", body: new FormData(form, submitter) });
    if (submitter?.name === "act") form.reset();
  } catch {
    location.reload();
  }
  form.removeAttribute("aria-busy");
  busy = false;
});

// Enter sends; with Shift, or while characters are being chosen, it stays the keyboard's own.
addEventListener("keydown", (event) => {
  const text = event.target.closest(".writing textarea");
  if (!text || event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  text.form.requestSubmit(text.form.querySelector("button.primary"));
});

setInterval(async () => {
  if (busy || document.hidden) return;
  await ask(location.href, ".screen [data-live]").catch(() => {});
}, EVERY);
