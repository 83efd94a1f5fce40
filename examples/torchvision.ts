/**
 * The ResNet-18 and the AlexNet of torchvision, by its names: what PyTorch's users have weights of.
 *
 * ```sh
 * python -c 'import torch, torchvision as v; torch.save(v.models.resnet18(weights="DEFAULT").state_dict(), "resnet18.pth")'
 * deno run --allow-read=resnet18.pth examples/torchvision.ts resnet18 resnet18.pth    # the classes that it sees in a cat
 * ```
 *
 * @module
 */
import { cat, F, nn, noGrad, readPth, readSafetensors, type Tensor, tensor } from "descent";
import { photo } from "descent/course";

/** Two 3 × 3 convolutions and a way around them (He et al. 2015). */
class BasicBlock extends nn.Module {
  conv1: nn.Conv2d;
  bn1: nn.BatchNorm2d;
  conv2: nn.Conv2d;
  bn2: nn.BatchNorm2d;
  downsample: nn.Sequential | null;

  constructor(inputs: number, outputs: number, stride = 1) {
    super();
    this.conv1 = new nn.Conv2d(inputs, outputs, 3, { stride, padding: 1, bias: false });
    this.bn1 = new nn.BatchNorm2d(outputs);
    this.conv2 = new nn.Conv2d(outputs, outputs, 3, { padding: 1, bias: false });
    this.bn2 = new nn.BatchNorm2d(outputs);
    this.downsample = stride === 1 ? null : new nn.Sequential(
      new nn.Conv2d(inputs, outputs, 1, { stride, bias: false }),
      new nn.BatchNorm2d(outputs),
    );
  }

  override forward(x: Tensor): Tensor {
    const hidden = this.bn1.forward(this.conv1.forward(x)).relu();
    const around = this.downsample === null ? x : this.downsample.forward(x);
    return this.bn2.forward(this.conv2.forward(hidden)).add(around).relu();
  }
}

/** torchvision.models.resnet18: images [N, 3, H, W], about 224 × 224, to logits [N, classes]. */
export class ResNet18 extends nn.Module {
  conv1 = new nn.Conv2d(3, 64, 7, { stride: 2, padding: 3, bias: false });
  bn1 = new nn.BatchNorm2d(64);
  layer1 = new nn.Sequential(new BasicBlock(64, 64), new BasicBlock(64, 64));
  layer2 = new nn.Sequential(new BasicBlock(64, 128, 2), new BasicBlock(128, 128));
  layer3 = new nn.Sequential(new BasicBlock(128, 256, 2), new BasicBlock(256, 256));
  layer4 = new nn.Sequential(new BasicBlock(256, 512, 2), new BasicBlock(512, 512));
  fc: nn.Linear;

  constructor({ classes = 1000 } = {}) {
    super();
    this.fc = new nn.Linear(512, classes);
    for (const module of this.modules()) {
      if (!(module instanceof nn.Conv2d)) continue;
      nn.init.kaimingNormal_(module.weight, { mode: "fan_out", nonlinearity: "relu" });
    }
  }

  override forward(images: Tensor): Tensor {
    let x = this.bn1.forward(this.conv1.forward(images)).relu();
    x = F.maxPool2d(x, 3, { stride: 2, padding: 1 });
    for (const layer of [this.layer1, this.layer2, this.layer3, this.layer4]) x = layer.forward(x);
    return this.fc.forward(x.mean([2, 3]));
  }
}

/** torchvision.models.alexnet (Krizhevsky 2014): images [N, 3, H, W], about 224 × 224, to logits [N, classes]. */
export class AlexNet extends nn.Module {
  features = new nn.Sequential(
    new nn.Conv2d(3, 64, 11, { stride: 4, padding: 2 }),
    new nn.ReLU(),
    new nn.MaxPool2d(3, { stride: 2 }),
    new nn.Conv2d(64, 192, 5, { padding: 2 }),
    new nn.ReLU(),
    new nn.MaxPool2d(3, { stride: 2 }),
    new nn.Conv2d(192, 384, 3, { padding: 1 }),
    new nn.ReLU(),
    new nn.Conv2d(384, 256, 3, { padding: 1 }),
    new nn.ReLU(),
    new nn.Conv2d(256, 256, 3, { padding: 1 }),
    new nn.ReLU(),
    new nn.MaxPool2d(3, { stride: 2 }),
  );
  avgpool = new nn.AdaptiveAvgPool2d(6);
  classifier: nn.Sequential;

  constructor({ classes = 1000 } = {}) {
    super();
    this.classifier = new nn.Sequential(
      new nn.Dropout(),
      new nn.Linear(256 * 6 * 6, 4096),
      new nn.ReLU(),
      new nn.Dropout(),
      new nn.Linear(4096, 4096),
      new nn.ReLU(),
      new nn.Linear(4096, classes),
    );
  }

  override forward(images: Tensor): Tensor {
    return this.classifier.forward(this.avgpool.forward(this.features.forward(images)).flatten(1));
  }
}

if (import.meta.main) {
  const [name, weights] = Deno.args;
  const net = name === "alexnet" ? new AlexNet() : new ResNet18();
  net.loadStateDict(
    weights.endsWith(".safetensors") ? await readSafetensors(weights) : await readPth(weights),
  );
  // The photograph is grey; the means and the deviations are those of ImageNet's pictures.
  const { image, shape } = await photo();
  const grey = tensor(image, { shape });
  const normalized = [[0.485, 0.229], [0.456, 0.224], [0.406, 0.225]].map(([mean, std]) =>
    grey.sub(mean).div(std)
  );
  const chances = noGrad(() => net.eval().forward(cat(normalized, 1)).softmax(1).at(0));
  const ranked = [...await chances.data()].map((chance, number) => ({ number, chance }));
  for (const { number, chance } of ranked.sort((a, b) => b.chance - a.chance).slice(0, 5)) {
    console.log(`class ${number}: ${(100 * chance).toFixed(1)} %`);
  }
}
