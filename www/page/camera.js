// A photo from the camera, in a dialog. The camera is on only while the dialog is open.
import { byId } from "./dom.js";
import { words } from "../language/language.js";

/** @param {(files: File[]) => void} add */
export function startCamera(add) {
  const dialog = byId("camera", HTMLDialogElement);
  const video = byId("camera-video", HTMLVideoElement);
  const error = byId("camera-error", HTMLElement);
  const shoot = byId("camera-shoot", HTMLButtonElement);
  /** @type {MediaStream | null} of the open dialog */
  let stream = null;
  /** Counts openings and closings: what an earlier opening still waits for is dropped. */
  let opening = 0;
  let count = 0;

  const fail = (/** @type {string} */ sentence) => {
    error.hidden = false;
    // An alert: while the dialog is open the page's live region is not read.
    error.textContent = sentence;
    video.hidden = true;
    shoot.disabled = true;
  };

  byId("camera-open", HTMLButtonElement).addEventListener("click", async () => {
    const own = ++opening;
    stop(stream);
    stream = null;
    error.hidden = true;
    error.textContent = "";
    video.hidden = false;
    shoot.disabled = true;
    dialog.showModal();
    try {
      const opened = await openStream();
      // Closed while the browser was still asking.
      if (own !== opening) return stop(opened);
      stream = opened;
      video.srcObject = opened;
      await video.play();
      if (own !== opening) return;
      shoot.disabled = false;
      shoot.focus();
    } catch (caught) {
      // Closing the dialog interrupts play() with an error that means nothing.
      if (own !== opening) return;
      stop(stream);
      fail(sentenceFor(caught));
    }
  });

  shoot.addEventListener("click", async () => {
    const own = opening;
    // A double click takes one photo.
    shoot.disabled = true;
    const blob = await frameOf(video);
    if (own !== opening) return;
    if (!blob) {
      fail(words.camera.noImage);
      return;
    }
    count += 1;
    dialog.close();
    add([new File([blob], `${words.camera.photo(count)}.png`, { type: blob.type })]);
  });
  byId("camera-close", HTMLButtonElement).addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => {
    // The event comes a moment after the closing: the dialog may be open again, with an opening of its own.
    if (dialog.open) return;
    opening += 1;
    stop(stream);
    stream = null;
    video.srcObject = null;
  });
}

/** @returns {Promise<MediaStream>} */
function openStream() {
  if (!navigator.mediaDevices) throw new DOMException("", "InsecureContext");
  return navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
}

/** @param {MediaStream | null} stream */
function stop(stream) {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

/** @type {(error: unknown) => string} what getUserMedia's error means to the visitor */
function sentenceFor(error) {
  const name = error instanceof DOMException ? error.name : "";
  const { camera } = words;
  switch (name) {
    case "NotAllowedError":
      return camera.denied;
    case "NotFoundError":
      return camera.missing;
    case "NotReadableError":
      return camera.busy;
    case "OverconstrainedError":
      return camera.noSize;
    default:
      return camera.failed(name || String(error));
  }
}

/** @type {(video: HTMLVideoElement) => Promise<Blob | null>} */
function frameOf(video) {
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext("2d")?.drawImage(video, 0, 0);
  // Lossless: the network should see what the camera saw.
  return new Promise((resolve) => {
    canvas.toBlob(resolve, "image/png");
  });
}
