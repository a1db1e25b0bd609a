// 申报的照片: each made smaller and sent by itself, so that a broken line loses none; and the place, when wanted.
const form = document.querySelector("form.ask");
const files = form.querySelector("input[type=file]");
const progress = document.querySelector("#progress");
const sending = new Set();

async function fit(file) {
  try {
    const {shrink} = await import("/m/photo.js");
    return new Blob([(await shrink(file, {legible: true})).bytes]);
  } catch {
    return file; // a browser that cannot read it sends it as it is
  }
}

async function send(file, row, place) {
  row.textContent = `${place}. ${progress.dataset.going}…`;
  const body = new FormData();
  body.set("csrf_token", form.elements.csrf_token.value);
  body.set("photos", await fit(file), "photo");
  try {
    const answer = await fetch(form.action, {method: "POST", body, headers: {Accept: "application/json"}});
    if (!String(answer.headers.get("Content-Type")).includes("json")) throw new Error(String(answer.status));
    const {refused} = await answer.json();
    row.textContent = refused.length ? refused.join(" ") : `✓ ${place}. ${progress.dataset.sent}`;
    row.className = refused.length ? "fault" : "";
  } catch {
    const again = document.createElement("button");
    again.type = "button";
    again.textContent = `${place}. ${progress.dataset.again}`;
    again.onclick = () => send(file, row, place);
    row.textContent = "";
    row.append(again);
  }
}

async function sendAll() {
  const chosen = [...files.files];
  files.value = "";
  for (const file of chosen) {
    const row = progress.appendChild(document.createElement("li"));
    await send(file, row, progress.children.length); // one after the other: the line is thin
  }
}

if (files) {
  form.querySelector("[data-send]").hidden = true;
  const start = () => {
    const all = sendAll();
    sending.add(all);
    all.finally(() => sending.delete(all));
  };
  files.addEventListener("change", start);
  start(); // those that were chosen before this had come
  form.addEventListener("submit", async event => {
    if (!sending.size) return;
    const button = event.submitter || document.activeElement;
    event.preventDefault();
    await Promise.all(sending);
    button.click();
  });
}

const place = document.querySelector("#place");
if (place && "geolocation" in navigator) {
  place.hidden = false;
  const told = place.querySelector("p");
  place.querySelector("button").onclick = () => navigator.geolocation.getCurrentPosition(
    ({coords}) => {
      for (const name of ["latitude", "longitude", "accuracy"]) form.elements[name].value = coords[name];
      told.textContent = place.dataset.found.replace("{m}", Math.round(coords.accuracy));
    },
    () => { told.textContent = place.dataset.failed; },
    {enableHighAccuracy: true, timeout: 20000, maximumAge: 60000});
}
