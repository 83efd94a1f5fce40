/**
 * The first loss of chapter 7's network, from nothing: what a reader waits for.
 *
 * @module
 */
import { F, randn, tensor, useDevice } from "descent";
import { resnet18 } from "../cases/networks.ts";
import { build } from "./network.ts";

await useDevice();
const net = build(resnet18);
const target = F.oneHot(tensor(Int32Array.of(0)), 10);
const loss = net.forward(randn(1, 1, 224, 224)).sub(target).square().div(2).sum();
console.log(`loss = ${await loss.item()}`);
