/** A chapter in short: its pictures are shown, and kept where --out says. */
import { chart, graph, show, tensor } from "descent";
import { chapterFlags } from "descent/course";

chapterFlags({ title: "Pictures", out: true });
await show(chart.line({ title: "Sliding down", y: [4, 2, 1], xTitle: "step", yTitle: "loss" }));
const x = tensor(3, { requiresGrad: true });
await show(graph(x.square(), { names: { x }, title: "A square" }));
await show(chart.imageGrid({ images: [[0, 1], [1, 0]] }), { name: "checks" });
console.log("the end");
