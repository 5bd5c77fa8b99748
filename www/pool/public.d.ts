// The types of pkg/pool/pool.js, which bundle.mjs copies there as pool.d.ts. index.js implements them.
import type { Backend, Info, Prediction } from "../../pkg/cpu/thimble.js";

/** Of decoded photos the pixels move to a worker, and are gone where they came from. */
export type Photo = Blob | ImageData | ImageBitmap;

/** URLs are relative to the page. */
export interface PoolOptions {
  /** Most workers at a time. By default one per core and per GiB of memory, up to 8. */
  workers?: number;
  /** The package's glue. By default ../cpu/thimble.js beside this module. */
  script?: string | URL;
  /** The package's module. By default ../cpu/thimble_bg.wasm beside this module. */
  wasm?: string | URL;
  /** The worker's script. By default worker.js beside this module. */
  worker?: string | URL;
  /** By default the package's default network. */
  network?: string;
  /** By default "cpu". "cpu-int8" is faster in pkg/cpu-relaxed; it fails with the code `no-int8` for a network whose
   * labels would change too often. */
  backend?: Extract<Backend, "cpu" | "cpu-int8">;
  /** The network's .bpk file. By default ../weights/NAME.bpk beside this module. For the default network it is fetched only
   * when a Fashion-MNIST image comes: photos do not need it. */
  weights?: string | URL;
}

/** What is on a photo. */
export interface PhotoPrediction extends Omit<Prediction, "milliseconds"> {
  /** Pixels of the decoded photo. */
  width: number;
  height: number;
  /** From the file's first byte to the prediction, as finely as the browser's clock ticks. */
  milliseconds: Prediction["milliseconds"] & { decode: number; total: number };
}

export interface Progress {
  /** Photos done so far. */
  done: number;
  total: number;
  /** Index of the photo that has just been done. */
  index: number;
  outcome: PromiseSettledResult<PhotoPrediction>;
}

/** Workers that share one compiled package and the photos to classify. */
export class ClassifierPool {
  private constructor();

  /** Loads the package and starts the first worker. More start while photos wait. */
  static create(options?: PoolOptions): Promise<ClassifierPool>;

  /** The network, the ten labels, and the versions. */
  readonly info: Info;

  /** Rejects with an `Error` of name "ThimbleError" and a `code`, or with the signal's reason. */
  classify(photo: Photo, options?: { signal?: AbortSignal }): Promise<PhotoPrediction>;

  /**
   * Classifies as many photos at a time as there are workers. The outcomes are in the photos' order: each a prediction,
   * or why there is none. Rejects only when the signal is aborted, with its reason.
   */
  classifyBatch(
    photos: Iterable<Photo>,
    options?: { signal?: AbortSignal; onProgress?: (progress: Progress) => void },
  ): Promise<PromiseSettledResult<PhotoPrediction>[]>;

  /** Ends all workers and frees their memory. Open photos are refused with the code `closed`. */
  close(): void;
}
