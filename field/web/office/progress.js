// 导入进度: asks how far each of one's own imports is, and shows the page anew when one is over.
const EVERY = 1500, LATER = 6000;
const figures = new Intl.NumberFormat("zh-CN");

async function look(card) {
  let pause = EVERY;
  try {
    const answer = await fetch(`/api/jobs/${card.dataset.job}`, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(answer.status);
    const job = await answer.json();
    if (!["queued", "running"].includes(job.state)) return location.reload();
    show(card, job);
  } catch {
    pause = LATER;
  }
  setTimeout(look, pause, card);
}

function show(card, job) {
  card.querySelector(".state").textContent = job.state_name;
  if (!job.total) return;
  const bar = card.querySelector("progress");
  bar.max = job.total;
  bar.value = job.done;
  const told = card.querySelector(".done");
  told.textContent = `${figures.format(job.done)} / ${figures.format(job.total)} ${told.dataset.unit}`;
}

for (const card of document.querySelectorAll("[data-job]:not([data-job=''])")) look(card);
