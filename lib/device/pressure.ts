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

/**
 * So many runs of the collector an object survives before it lies with the old ones, where tensors that have been there for a while
 * are. Some runs look at the young ones only, and V8's do find those that were forgotten.
 */
const YOUTH = 2;
/** So many baits are laid out: enough for two reliefs, the first of which has to wait until one is old. */
const BAITS = 2 * (YOUTH + 2);

/** What is put there for the collector to find. */
class Bait {
  /** It is dead once nobody holds this. */
  body: object | null = {};
  found = false;

  /** @param laid How many runs of the collector were known of when it was laid out. */
  constructor(readonly laid: number) {}
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
   * What the next reliefs wait for, the oldest first. A run of the collector that finds an old one has looked at all that is old, so at
   * the tensors, too; one that finds a young one need not have.
   */
  readonly #baits: Bait[] = [];
  /** How many runs of the collector have found a bait. */
  #runs = 0;

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
    let old = await this.#cycle();
    for (let tries = 1; !old && tries <= YOUTH; tries++) old = await this.#cycle();
    // What the program forgets while the collector is marking, that finds the next time.
    if (this.#use.bytes > before - STEP / 2) await this.#cycle();
    this.#limit = this.#felt = this.#use.bytes + STEP;
    this.#lay();
  }

  /**
   * One run of the collector, and of its callbacks, which come one after the other.
   *
   * @returns Whether it looked at what is old, as far as one can tell.
   */
  async #cycle(): Promise<boolean> {
    const bait = this.#baits.shift()!, weights: (ArrayBuffer | null)[] = [];
    const old = this.#runs - bait.laid >= YOUTH;
    bait.body = null;
    while (weights.length < PATIENCE && !bait.found) {
      weights.push(weigh());
      await turn();
    }
    if (bait.found) this.#runs++;
    return old && bait.found;
  }

  /** Sees to it that there is enough to find. */
  #lay(): void {
    while (this.#baits.length < BAITS) {
      const bait = new Bait(this.#runs);
      this.#forgotten.register(bait.body!, bait);
      this.#baits.push(bait);
    }
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
