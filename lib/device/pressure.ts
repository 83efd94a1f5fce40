/**
 * Makes JavaScript's garbage collector feel what a device holds.
 *
 * A forgotten tensor is a few small objects to the collector, which sees no reason to look for them, and megabytes to the
 * device. So once the device has come to hold much more, large arrays of JavaScript's own are made and dropped, of memory that
 * nobody touches: those, the collector does see. What it then finds is freed by callbacks (FinalizationRegistry), which run
 * when the program turns to the event loop, and not where promises merely settle one after the other. So reading numbers
 * takes such turns when it is time.
 *
 * @module
 */

/** So many bytes may be made before the garbage among them must go. */
const STEP = 256 * 2 ** 20;
/**
 * The size of an array that is felt. The allocators of today's systems take one so large fresh from the operating system,
 * which gives no page before it is touched.
 */
const BALLAST = 64 * 2 ** 20;
/** So many turns at most it is waited for the collector, which works beside the program, or for its callbacks. */
const PATIENCE = 20;

/** What is put there for the collector to find. */
class Bait {
  /** It is dead once nobody holds this. */
  body: object | null = {};
  found = false;
}

/**
 * The collector's view of one device's memory.
 *
 * @typeParam Holding What a forgotten object has left behind.
 */
export class Pressure<Holding> {
  readonly #use: { readonly bytes: number };
  readonly #forgotten: FinalizationRegistry<Holding | Bait>;
  /** Above this, collecting comes first. */
  #limit = STEP;
  /** Above this, no less, the collector is made to feel it. */
  #felt = STEP;
  #relief: Promise<void> | null = null;
  /**
   * One for each cycle of the next relief. Laid out early: a young object is found without looking at the old ones, among which
   * the tensors are.
   */
  #baits: Bait[] = [];

  /**
   * @param use How many bytes of the device are in use, whether or not anybody still knows of them.
   * @param release Frees what a forgotten object has left behind.
   */
  constructor(use: { readonly bytes: number }, release: (holding: Holding) => void) {
    this.#use = use;
    this.#forgotten = new FinalizationRegistry((holding) => {
      if (holding instanceof Bait) holding.found = true;
      else release(holding);
    });
    this.#lay();
    this.#lay();
  }

  /** Releases the holding when JavaScript forgets its owner. */
  watch(owner: object, holding: Holding): void {
    this.#forgotten.register(owner, holding);
  }

  /** To be called when the device holds one more array. */
  grow(): void {
    const { bytes } = this.#use;
    if (bytes <= this.#felt) return;
    this.#felt = bytes + BALLAST;
    weigh();
  }

  /** Whether {@linkcode relieve} is due. */
  get isHigh(): boolean {
    return this.#use.bytes > this.#limit;
  }

  /** Whether garbage may be worth collecting before much is made anew. */
  get isLarge(): boolean {
    return this.#use.bytes > STEP;
  }

  /** Waits until JavaScript's garbage is collected, and the device has back what it held of it. */
  relieve(): Promise<void> {
    return this.#relief ??= this.#collect().finally(() => this.#relief = null);
  }

  async #collect(): Promise<void> {
    const before = this.#use.bytes;
    await this.#cycle();
    // What the program forgets while the collector is marking, that finds the next time.
    if (this.#use.bytes > before - STEP / 2) await this.#cycle();
    this.#limit = this.#felt = this.#use.bytes + STEP;
    while (this.#baits.length < 2) this.#lay();
  }

  /** One run of the collector, and of its callbacks, which come one after the other. */
  async #cycle(): Promise<void> {
    const bait = this.#baits.pop()!, weights: (ArrayBuffer | null)[] = [];
    bait.body = null;
    while (weights.length < PATIENCE && !bait.found) {
      weights.push(weigh());
      await turn();
    }
  }

  /** Puts there something to find. */
  #lay(): void {
    const bait = new Bait();
    this.#forgotten.register(bait.body!, bait);
    this.#baits.push(bait);
  }
}

/** Makes an array that the collector feels; null where there is no room for it: then the collector has just tried what it can. */
function weigh(): ArrayBuffer | null {
  try {
    return new ArrayBuffer(BALLAST);
  } catch {
    return null;
  }
}

/** A turn of the event loop that runs the collector's callbacks, too: messages between ports do not always. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
