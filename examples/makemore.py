import torch
import torch.nn.functional as F
from torch import nn

device = "cuda" if torch.cuda.is_available() else "cpu"
torch.manual_seed(0)
names = """ada adam alan alice amelia amir anna anton aria ben bella bruno carla carlos chloe clara daniel david dora elena eli
  ella emil emma eva felix finn flora frida grace hanna hugo ida ines iris isla ivan jana jonas julia karl kira lara lea lena leo lina
  linus lisa lola luca luis luna maja mara maria marie max mia mila milan mina nadia nina noah nora olga oscar otto paul paula pia rosa
  ruth sara selma sofia stella theo tina tom uma vera viktor walter yara zoe""".split()
letters, block = ".abcdefghijklmnopqrstuvwxyz", 3

contexts, following = [], []
for name in names:
    context = [0] * block
    for letter in name + ".":
        contexts.append(context)
        following.append(letters.index(letter))
        context = context[1:] + [letters.index(letter)]
x, y = torch.tensor(contexts, device=device), torch.tensor(following, device=device)

model = nn.Sequential(
    nn.Embedding(27, 10),
    nn.Flatten(),
    nn.Linear(10 * block, 100),
    nn.Tanh(),
    nn.Linear(100, 27),
).to(device)
optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
for step in range(300):
    batch = torch.randint(0, len(x), (64,), device=device)
    loss = F.cross_entropy(model(x[batch]), y[batch])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 30 == 0:
        print(step, loss.item())


@torch.no_grad()
def make_up():
    name, context = "", [0] * block
    while len(name) < 12:
        probabilities = model(torch.tensor([context], device=device)).softmax(1)
        letter = torch.multinomial(probabilities, 1).item()
        if letter == 0:
            break
        name += letters[letter]
        context = context[1:] + [letter]
    return name


for _ in range(5):
    print(make_up())

with torch.no_grad():
    learned = F.cross_entropy(model(x), y).item()
guessing = F.cross_entropy(F.one_hot(y, 27).float().mean(0).log().expand(len(x), 27), y).item()
print(f"loss {learned:.2f}; of letters by how often they come {guessing:.2f}")
assert learned < guessing - 1
