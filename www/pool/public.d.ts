// The types of pkg/pool/pool.js, where it is called pool.d.ts; a test has tsc compare them with index.js.

/** Decoded photos are taken over: their pixels go to a worker, and are gone where they came from. */
export type Photo = Blob | ImageData | ImageBitmap;

export interface PoolOptions {
  /** Most workers at a time; otherwise one a core and GiB of memory, up to 8. */
  workers?: number;
  /** The package's glue, where it is not ../cpu/thimble.js beside this module. */
  script?: string | URL;
  /** The package's module, where it is not ../cpu/thimble_bg.wasm beside this module. */
  wasm?: string | URL;
  /** The worker's script, where it is not worker.js beside this module. */
  worker?: string | URL;
  /** Another network than the package's own. */
  network?: string;
  /** Floats where left out. "cpu-int8" is for 8-bit integers, which are quicker in pkg/cpu-relaxed; a network that would not
   * keep its answers so fails with the code `no-integers`. */
  backend?: "cpu" | "cpu-int8";
  /** The network's .bpk file, where it is not ../weights/NAME.bpk beside this module. Of the package's own it is fetched only when
   * a picture in the data set's own form comes: photos do not want it. */
  weights?: string | URL;
}

/** What is on a photo. */
export interface Verdict {
  /** The most likely class's name. */
  label: string;
  /** Its number, 0 to 9. */
  index: number;
  /** Probabilities of the ten classes; they sum to 1. */
  probabilities: number[];
  /** What the network saw: 28x28 grey values row by row, light on dark. */
  picture: Uint8Array;
  /** The part of the photo that holds the garment, in its pixels. */
  crop: { x: number; y: number; width: number; height: number };
  /** The box whose longer side is the picture's: its middle and sides in pixels, its angle in degrees, clockwise. */
  frame: { cx: number; cy: number; width: number; height: number; angle: number };
  /** The garment's outline on the photo: closed lines, each as x and y in turn. */
  outline: Float32Array[];
  /** Whether the photo was dark on light, and so was negated. */
  inverted: boolean;
  /** The probability that the label is right, where the photo may show none of the ten; null for the data set's pictures. */
  sureness: number | null;
  /** Whether that is enough for a plain answer. */
  sure: boolean | null;
  /** Signs of how well the garment was found. */
  quality: { certainty: number; area: number; edge: number; parts: number; contrast: number; light: number } | null;
  /** What may have kept the garment from being seen well. */
  trouble: "nothing-found" | "too-dark" | "cut-off" | "too-small" | "several-parts" | "busy-background" | null;
  /** Pixels of the decoded photo. */
  width: number;
  height: number;
  milliseconds: { decode: number; prepare: number; inference: number; readBack: number; total: number };
}

export interface Progress {
  /** How many photos are done. */
  done: number;
  /** Of how many. */
  total: number;
  /** The place of the photo that has just been done. */
  index: number;
  outcome: PromiseSettledResult<Verdict>;
}

/** Workers that share one compiled package, and photos that are spread over them. */
export class ClassifierPool {
  private constructor();

  /** Loads the package and starts the first worker; the others start when photos wait. */
  static create(options?: PoolOptions): Promise<ClassifierPool>;

  /** The network, the ten labels, and the versions. */
  readonly info: {
    backend: string;
    network: {
      name: string;
      parameters: number;
      macs: number;
      testAccuracy: number;
      testAccuracyInIntegers: number | null;
      photosInIntegers: boolean;
      embedded: boolean;
      photos: boolean;
    };
    labels: string[];
    versions: { thimble: string; burn: string };
    simd: boolean;
  };

  /** Rejects with an `Error` of name "ThimbleError", with a `code`; or with the signal's reason. */
  classify(photo: Photo, options?: { signal?: AbortSignal }): Promise<Verdict>;

  /**
   * Classifies photos, as many at a time as there are workers. The outcomes are in the photos' order, each a verdict or why
   * there is none. Rejects only when the signal is aborted, with its reason.
   */
  classifyBatch(
    photos: Iterable<Photo>,
    options?: { signal?: AbortSignal; onProgress?: (progress: Progress) => void },
  ): Promise<PromiseSettledResult<Verdict>[]>;

  /** Ends all workers, with their memory; photos without an answer are refused. */
  close(): void;
}
