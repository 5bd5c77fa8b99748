// The page's words in English, apart from those of index.html. The other languages have the same keys: `Words`.

/** @type {(count: number) => string} such as "2,000" */
const grouped = (count) => String(count).replace(/\B(?=(\d{3})+$)/g, ",");

/** @type {(count: number, noun: string, plural?: string) => string} such as "1 run" and "2,000 runs" */
const counted = (count, noun, plural = `${noun}s`) => `${grouped(count)} ${count === 1 ? noun : plural}`;

export const words = {
  /** What this language calls itself. */
  language: "English",
  /** Between the whole part of a number and its decimals. */
  decimalMark: ".",
  /** The texts of index.html by their `data-words`. In English they stand there. */
  page: /** @type {Record<string, string>} */ ({}),
  /** The ten classes by their English names; one that is left out keeps that name. */
  classes: /** @type {Record<string, string>} */ ({}),
  /** Sentences by an error's code, which replace its own message, in English. */
  errors: /** @type {Record<string, (message: string) => string>} */ ({}),
  or: " or ",
  noneOfThese: "None of these",
  nothingFound: "Nothing found",
  languageFailed: (/** @type {string} */ why) => `The language could not be loaded (${why}).`,
  noStyle: "its style sheet did not come",
  retry: "Check the connection, then try again or reload the page.",

  advice: {
    issues: {
      "nothing-found": {
        why: "No garment stands out from the background.",
        help: "Lay the garment on a plain background of another colour, or draw the box around it.",
      },
      "too-dark": {
        why: "The photo is dark.",
        help: "Take it again in daylight or under a lamp, so that the seams are visible.",
      },
      "cut-off": {
        why: "The garment is cut off at the edge of the photo.",
        help: "Step back until all of it is in the photo, with some background around it.",
      },
      "too-small": {
        why: "The garment is small in the photo.",
        help: "Move closer, or draw the box tightly around it.",
      },
      "several-parts": {
        why: "There are several objects in the photo.",
        help: "Draw the box around one of them.",
      },
      "busy-background": {
        why: "The garment is hard to tell from the background.",
        help: "Lay it on a plain background of another colour, without a pattern or shadows.",
      },
    },
    /** Where the photo has no issue and it is one of two classes. */
    alike: {
      why: "It could be either.",
      help: "Show its whole shape: from straight above if it lies, from the front if it is worn.",
    },
    /** Where the network was never trained on photos. */
    untrained: {
      why: "This network was trained on Fashion-MNIST images only, and is often wrong on photos.",
      help: "Choose another network, then press Again.",
    },
    /** Where someone wears it, and the photo has no issue. */
    worn: {
      why: "This looks like a worn garment.",
      help: "Press “Adjust” and draw the box tightly around one garment, or take it from the front.",
    },
    /** Where the photo has no issue otherwise. */
    unknown: {
      why: "It does not clearly match any of the ten classes that Thimble knows, and may be none of them.",
      help: "If it is one, show its whole shape: from straight above if it lies, from the front if it is worn. If it is on its side, rotate the photo.",
    },
    spokenNothing: (/** @type {string} */ why) => `nothing found. ${why}`,
    spokenOthers: (/** @type {string[]} */ others) => ` Also found: ${others.join(", ")}.`,
    perhaps: (/** @type {string} */ label) => `perhaps ${label}`,
    spokenConfident: (/** @type {string} */ label, /** @type {string} */ share) => `${label}, ${share} confident.`,
    spokenUnsure: (/** @type {string[]} */ labels, /** @type {string} */ why) =>
      `not sure. Perhaps ${labels.join(" or ")}. ${why}`,
  },

  answers: {
    confirm: "Confirm",
    class: "Class",
    probability: "Probability",
    caption: "How likely each class is",
    question: "What is it?",
    corrected: (/** @type {string} */ label) => `Corrected: ${label}`,
    confirmed: "Confirmed",
    key: (/** @type {number} */ key) => `It is this: key ${key}`,
  },

  backends: {
    titles: { webgpu: "WebGPU (burn)", cpu: "CPU", "cpu-int8": "CPU (int8)", ndarray: "ndarray (burn)" },
    loading: "Loading the CPU classifier…",
    loadingBackend: (/** @type {string} */ title) => `Loading ${title}…`,
    loadingNetwork: (/** @type {string} */ name) => `Loading “${name}”…`,
    testing: "Using the CPU while WebGPU is tested.",
    webgpuReady: "The WebGPU package is ready.",
    webgpuUnbuilt:
      "The WebGPU package could not be built, so the CPU stays in use. See the terminal that builds the site.",
    networkFailed: (/** @type {string} */ name, /** @type {string} */ before, /** @type {string} */ why) =>
      `“${name}” could not be loaded, so “${before}” stays in use. ${why}`,
    restarted: (/** @type {string} */ why) => `The CPU classifier was restarted. No photo was lost. ${why}`,
    switched: (/** @type {string} */ title, /** @type {string} */ why) =>
      `Switched from ${title} to the CPU. No photo was lost. ${why} Choose ${title} to try it again.`,
    savesData: "Using the CPU: the browser is set to save data, and the WebGPU package is large.",
    wrong: (/** @type {string} */ how) => `Using the CPU: the results of WebGPU are wrong (${how}).`,
    onCpu: (/** @type {string} */ why) => `Using the CPU: ${lowerFirst(why)}`,
    differs: (/** @type {string} */ how) =>
      `Its results are wrong: they differ from the CPU's (${how}). Choose another backend.`,
    photosInF32: "Photos are classified in f32, since int8 would change too many of their labels.",
    chosen: (/** @type {string} */ title) => `Using ${title}, as you chose.`,
    instead: (/** @type {string} */ title, /** @type {string} */ why) => `Using the CPU instead of ${title}. ${why}`,
    notNumbers: "its logits are not numbers",
    difference: (/** @type {string} */ largest, /** @type {string} */ limit) =>
      `a logit differs by ${largest}, the limit is ${limit}`,
    faster: (/** @type {boolean} */ isWebgpu, /** @type {string} */ webgpu, /** @type {string} */ cpu) =>
      `Using ${isWebgpu ? "WebGPU" : "the CPU"}: it is faster for one image (${webgpu} on WebGPU, ${cpu} on the CPU).`,
    noInt8: (/** @type {string} */ name) =>
      `“${name}” has no int8 version: too many of its labels would change. Choose another network or backend.`,
    pending: (/** @type {string} */ title) => `${title} is still being built. It can be used as soon as it is ready.`,
    missing: (/** @type {string} */ title, /** @type {string} */ name) =>
      `This site was built without ${title} (package “${name}”). Build the whole site with “cargo xtask build”.`,
    noWebgpu:
      "This browser has no WebGPU here. Use Chrome or Edge 113, Safari 26, Firefox 141 or newer, and an https address.",
    noAdapter:
      "WebGPU offers no graphics adapter. Turn on hardware acceleration in the browser's settings, " +
      "or update the graphics driver.",
    listFailed:
      "The list of classifiers (assets/packages.json) could not be downloaded. Check the connection and press “Try again”.",
    listStatus: (/** @type {number} */ status) =>
      `The server answered ${status} for assets/packages.json, not 200. Press “Try again”. If that does not help, ` +
      "the site was not copied completely.",
  },

  camera: {
    denied:
      "Access to the camera was denied. Allow it for this page in the browser's address bar, then press “Camera” again, or choose a file.",
    missing: "No camera was found. Connect one, or choose a file instead.",
    busy: "The camera is in use by another program. Close it there, then press “Camera” again.",
    noSize: "The camera offers no usable image size. Choose a file instead.",
    noImage: "The camera gave no image. Close this window, then press “Camera” again.",
    failed: (/** @type {string} */ why) =>
      `The camera could not be opened (${why}). It needs an https address and a browser that allows it. ` +
      "Choose a file instead.",
    photo: (/** @type {number} */ count) => `Camera photo ${count}`,
  },

  card: {
    again: "Again",
    againLabel: (/** @type {string} */ name) => `Classify ${name} again`,
    remove: "Remove",
    removeLabel: (/** @type {string} */ name) => `Remove ${name}`,
    waiting: "Waiting…",
    download: "Download",
    downloading: {
      classifier: (/** @type {string} */ received, /** @type {string} */ total) =>
        `Loading the classifier: ${received} of ${total} MB`,
      weights: (/** @type {string} */ received, /** @type {string} */ total) =>
        `Loading the weights for this kind of image: ${received} of ${total} MB`,
    },
    loadingWeights: "Loading the weights for this kind of image…",
    classifying: "Classifying…",
    cancelled: "Cancelled.",
    garments: (/** @type {string} */ name) => `Garments of ${name}`,
    edited: (/** @type {string} */ name, /** @type {string} */ spoken) => `${name}, edited: ${spoken}`,
    notLoaded: (/** @type {string} */ why) => `It could not be loaded (${why}).`,
  },

  comparison: {
    open: "Compare on every backend",
    downloads: (/** @type {string} */ megabytes) => `(downloads ${megabytes} MB once)`,
    again: "Compare again",
    heads: ["Backend", "Says", "Confidence", "Difference", "Inference"],
    table: "This photo on every backend",
    otherGarments: "other garments",
  },

  editor: {
    help:
      "Drag the box to move it, its sides and corners to resize it, and the round handle to rotate it. With the keyboard, the " +
      "arrow keys move the box, [ and ] rotate it (with Shift in larger steps), + and − resize it, and Tab leads to width, height " +
      "and angle.",
    adjust: "Adjust",
    rotate: "Rotate 90°",
    whole: "Use whole photo",
    invert: "Invert",
    reset: "Reset",
    tools: (/** @type {string} */ name) => `Edit ${name}`,
    box: (/** @type {string} */ name) => `Box around the garment on ${name}`,
    move: "Position of the box",
    movable: "movable box",
    place: (/** @type {number} */ across, /** @type {number} */ down) =>
      `middle at ${across} % from the left and ${down} % from the top`,
    width: "Width of the box",
    height: "Height of the box",
    angle: "Angle of the box",
    degrees: (/** @type {number} */ degrees) => `${degrees} degrees`,
    pixels: (/** @type {number} */ pixels) => `${pixels} pixels`,
  },

  exporting: {
    notLoaded: (/** @type {string} */ why) => `The export could not be loaded (${why}).`,
    saved: (/** @type {string} */ file) => `${file} was saved.`,
    copied: "Copied as Markdown.",
    notCopied: (/** @type {string} */ why) =>
      `The browser did not allow copying (${why}). Save the table as CSV instead.`,
    packing: (/** @type {number} */ photos) => `Packing ${counted(photos, "photo")}…`,
    notPacked: (/** @type {string} */ why) =>
      `The photos could not be packed (${why}). They may have been moved: add them again, then try again.`,
    heads: ["Photo", "Shows", "Confidence", "Your answer"],
  },

  intake: {
    link: "That is a link, not an image, and Thimble asks no other site for anything. Save the image, then drop or choose the file.",
    emptyFolder: "The folder has no photo in it.",
    nothingDropped: "The drop contained no file. Save the image first, then drop or choose the file.",
    nothingPasted: "The clipboard contains no image. Copy an image, not its address or text, then paste again.",
    notShared: "What was shared is not an image. Share a photo, or choose one here.",
    pasted: "Pasted image",
    hidden: (/** @type {number} */ photos) =>
      `${counted(photos, "photo was", "photos were")} added, which the filter hides.`,
    showAll: "Show all",
    removed: (/** @type {string} */ name) => `${name} was removed.`,
    allRemoved: (/** @type {number} */ photos) => `All ${grouped(photos)} photos were removed.`,
    undo: "Undo",
  },

  network: {
    input: (/** @type {string} */ name) => `${name} as the network sees it`,
    seen: "As the network sees it",
    seenInverted: "As the network sees it, inverted",
    photoNetworks: "the photo networks",
    photoNetworksWarm: (/** @type {string} */ int8) => `the photo networks${int8} for one garment`,
    quoted: (/** @type {string} */ name) => `“${name}”`,
    confident: "confident",
    notSure: "Not sure",
    notSureOf: (/** @type {string} */ labels) => `Not sure: ${labels}`,
    stages: { decode: "Decode", prepare: "Prepare", inference: "Inference", "read-back": "Read-back", total: "Total" },
    source: (/** @type {string} */ title, /** @type {string} */ networks) => `Classified by ${title} with ${networks}`,
    spent: (/** @type {string} */ time) => `in ${time}`,
    edited: (/** @type {string} */ prepared, /** @type {string} */ inferred) =>
      `After your edit: ${prepared} to prepare the photo, ${inferred} for inference.`,
    warm: (
      /** @type {{mean: string, repetitions: number, network: string, ticks: number, tick: string}} */ {
        mean,
        repetitions,
        network,
        ticks,
        tick,
      },
    ) =>
      `Warm inference ${mean}: mean of ${counted(repetitions, "run")} of ${network} ` +
      `over ${counted(ticks, "tick")} of the browser's clock (${tick} ms each).`,
    notTimed: (/** @type {string} */ why) => `Warm inference was not measured. ${why}`,
  },

  offline: {
    ready: "A new version of Thimble is ready. Updating removes the photos from the page.",
    update: "Update",
  },

  progress: {
    resume: (/** @type {number} */ photos) => `Resume ${counted(photos, "photo")}`,
    of: (/** @type {number} */ done, /** @type {number} */ total) => `${grouped(done)} of ${grouped(total)}`,
    spoken: (/** @type {number} */ done, /** @type {number} */ total) => `${done} of ${total} photos done.`,
    summary: (/** @type {boolean} */ cancelled, /** @type {number} */ classified, /** @type {number} */ failed) =>
      `${cancelled ? "Cancelled. " : ""}${classified} classified${failed > 0 ? `, ${failed} failed` : ""}.`,
  },

  samples: {
    /** The drawn photos by their files. */
    names: /** @type {Record<string, string>} */ ({
      "photo-t-shirt.jpg": "T-shirt on a wooden floor",
      "photo-trousers.jpg": "Trousers on a bed",
      "photo-handbag.jpg": "Handbag on a table",
    }),
    try: (/** @type {string} */ name) => `Try: ${name}`,
    tryTest: (/** @type {string} */ name) => `Try: ${name} from the test set`,
    photo: (/** @type {string} */ name) => `Sample: ${name}`,
    status: (/** @type {number} */ status) => `the server answered ${status}`,
    failed: (/** @type {string} */ name, /** @type {string} */ why) =>
      `The sample “${name}” could not be loaded (${why}). Check the connection, or choose your own photo.`,
  },

  settings: {
    load: "Load",
    firstRun: "First run",
    photos: "Photos",
    warmPhotoMedian: "Warm photo, median",
    warmPhotoP95: "Warm photo, p95",
    warmImageMedian: "Warm 28x28 image, median",
    warmImageP95: "Warm 28x28 image, p95",
    totalMedian: "Total, median",
    totalP95: "Total, p95",
    notForPhotos: ", not for photos",
    simd: ", with SIMD",
    none: "none",
    network: (/** @type {string} */ name, /** @type {number} */ parameters, /** @type {string} */ macs) =>
      `“${name}”: ${counted(parameters, "parameter")}, ${macs} million multiply-accumulates`,
    onTestSet: (/** @type {string} */ share) => `${share} of 10,000 Fashion-MNIST test images`,
    onPhotos: (/** @type {string} */ flat, /** @type {string} */ worn) =>
      `${flat} of clothes laid flat or hung, ${worn} of worn ones, by photos that the networks never saw`,
    column: (/** @type {string} */ title, /** @type {string} */ network) => `${title}, “${network}”`,
    tick: (/** @type {string} */ tick) =>
      `The browser's clock ticks every ${tick} ms: only means over many runs are shown more precisely.`,
    from: (/** @type {number} */ count) => `from ${count} on`,
    notYet: "not yet",
    dark: "Dark",
    light: "Light",
    toDark: "Switch to the dark theme",
    toLight: "Switch to the light theme",
  },

  summary: {
    counts: (/** @type {number} */ photos, /** @type {number} */ confident, /** @type {number} */ toCheck) =>
      `${counted(photos, "photo")} · ${confident} confident · ${toCheck} to check`,
    all: "All",
    toCheck: "To check",
    checked: (/** @type {number} */ photos, /** @type {number} */ right, /** @type {string} */ share) =>
      `${counted(photos, "photo")} checked, ${right} predicted right (${share})`,
    matrix: "Your answers in the rows, predictions in the columns",
    place: (/** @type {number} */ place, /** @type {number} */ count) => `${place} of ${count}`,
  },

  support: {
    update: (/** @type {string} */ browsers) => `Update the browser, or open this page in ${browsers} or newer.`,
    "no-webassembly":
      "This browser does not run WebAssembly, which Thimble needs. A lockdown or security mode may have turned it off: " +
      "allow it for this site.",
    "no-simd": "This browser's WebAssembly has no SIMD instructions, which Thimble needs.",
    "no-module-worker": "This browser has no module workers, which Thimble needs.",
  },

  tile: {
    loadingWeights: "Loading weights…",
    cancelled: "Cancelled",
    more: (/** @type {number} */ count) => counted(count, "more garment"),
  },

  why: {
    open: (/** @type {string} */ label) => `Why ${label}?`,
    computing: "Covering one place after the other…",
    /** Ninths of the picture, row by row. */
    places: ["upper left", "top", "upper right", "left", "middle", "right", "lower left", "bottom", "lower right"],
    strengths: ["little", "some", "much"],
    dependsOn: (/** @type {string} */ label, /** @type {string} */ place) =>
      `${label} depends most on the ${place} of what the network sees.`,
    nowhere: (/** @type {string} */ label) => `${label} depends on no single place of what the network sees.`,
    becomes: (/** @type {string} */ label) => `With one place covered it becomes ${label}.`,
    stays: "Covering any one place does not change it.",
    nearest: (/** @type {string[]} */ others) => `The nearest others: ${others.join(" and ")}.`,
    legend: "How much covering a place lowers the probability:",
    table: "How much the prediction depends on each part of the picture",
    layer: (
      /** @type {number} */ layer,
      /** @type {number} */ shown,
      /** @type {number} */ all,
      /** @type {number} */ side,
    ) => `After convolution ${layer}: ${shown} of ${all} feature maps, ${side}×${side} pixels`,
    time: (/** @type {number} */ runs, /** @type {string} */ milliseconds) =>
      `${counted(runs, "run")} of the network on the CPU in ${milliseconds} ms, in one view and without calibration.`,
  },

  benchmark: {
    notLoaded: (/** @type {string} */ why) => `The benchmark could not be loaded (${why}).`,
    title: "Benchmark",
    intro: "How fast the network for Fashion-MNIST images runs here, in this browser, on each backend.",
    study: "The study's PyTorch CNN",
    studyIntel: "The same with Intel's extension",
    measure: "Measure batches",
    classify: "Classify the test images",
    stop: "Stop",
    copy: "Copy as Markdown",
    notCopied: "The browser did not allow copying.",
    progress: "Progress of the benchmark",
    batchTime: "Time of a batch",
    batchTimes: "Times of batches",
    testImages: "The 10,000 test images",
    testResults: "Results on the test images",
    backends: "Backends",
    batch: "Images at a time",
    runs: "Runs",
    rounds: "Rounds",
    workersForTest: "Workers for the test images",
    withSize: (/** @type {string} */ title, /** @type {string} */ megabytes) => `${title}, ${megabytes} MB`,
    chooseFiles: "This site does not have the test images. Choose Fashion-MNIST's two files, gzipped or not:",
    noFiles: "Choose the two files of test images first.",
    badImages: "The file of images is not an IDX file of 28x28 images. Choose t10k-images-idx3-ubyte, gzipped or not.",
    badLabels: (/** @type {number} */ count) =>
      `The file of labels is not an IDX file of ${count} labels from 0 to 9. Choose t10k-labels-idx1-ubyte, gzipped or not.`,
    badArchive: (/** @type {string} */ why) => `A file could not be unpacked (${why}). Copy or download it again.`,
    testSetStatus: (/** @type {number} */ status) => `The server answered ${status} for the test images, not 200.`,
    facts: {
      browser: "Browser",
      cores: "Cores",
      unknown: "unknown",
      simd: "SIMD",
      simdBits: "128 bits",
      simdRelaxed: "relaxed, 128 bits",
      adapter: "Adapter in use",
      noAdapter: "none",
      network: "Network",
      networkIs: (/** @type {string} */ name, /** @type {number} */ parameters, /** @type {string} */ macs) =>
        `${name}, ${counted(parameters, "parameter")}, ${macs} million multiply-accumulates`,
      versions: "Versions",
      download: (/** @type {string} */ name) => `Download, ${name}`,
    },
    stopped: "Stopped.",
    measured: "Measured.",
    classified: "Classified.",
    starting: (/** @type {string} */ title) => `Starting ${title}…`,
    round: (
      /** @type {number} */ round,
      /** @type {number} */ rounds,
      /** @type {string} */ title,
      /** @type {number} */ batch,
    ) => `Round ${round} of ${rounds}: ${title}, batches of ${batch}…`,
    classifying: (/** @type {string} */ title) => `Classifying on ${title}…`,
    downloading: (/** @type {string} */ megabytes) => `Downloading the test images, ${megabytes} MB…`,
    failed: (/** @type {string} */ title, /** @type {string} */ why) => `${title}: ${why}`,
    timesHeads: ["Backend", "Images at a time", "Median", "From to", "Images a second"],
    range: (/** @type {string} */ least, /** @type {string} */ most) => `${least} to ${most}`,
    testHeads: ["", "Workers", "Accuracy", "Loss", "Time", "Images a second"],
    networkOn: (/** @type {string} */ network, /** @type {string} */ backend) => `${network} on ${backend}`,
    imagesPerSecond: "Images a second",
    markdown: {
      title: "## Thimble in the browser",
      times: (/** @type {number} */ rounds) => `Time of a batch, milliseconds, over ${rounds} rounds in turns:`,
      timesHeads: ["Backend", "Images", "Median", "Least", "Most", "Images a second"],
      testSet: "Fashion-MNIST's test images:",
      testHeads: ["Network", "Backend", "Workers", "Accuracy", "Loss", "Seconds", "Images a second"],
      again: (/** @type {string} */ link) => `Measure it again: ${link}`,
    },
    matrix: {
      label: "Confusion matrix",
      caption: "True class in the rows, predicted class in the columns. Press a number for its images.",
      cell: (/** @type {number} */ count, /** @type {string} */ label, /** @type {string} */ predicted) =>
        `${counted(count, "image")} of ${label} predicted as ${predicted}`,
      images: (/** @type {number} */ count, /** @type {string} */ label, /** @type {string} */ predicted) =>
        `${label}, predicted as ${predicted}: ${counted(count, "image")}`,
      shown: (/** @type {number} */ most) => `, of which ${most} are shown`,
      image: (/** @type {number} */ index) => `Test image ${index}`,
    },
  },
};

/** @typedef {typeof words} Words */

/** @type {(sentence: string) => string} for the middle of a sentence, where it begins with a common word */
function lowerFirst(sentence) {
  return /^(This|The|It)\b/.test(sentence) ? sentence.charAt(0).toLowerCase() + sentence.slice(1) : sentence;
}
