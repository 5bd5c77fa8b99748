// A picture from the camera, in a dialog. The camera is on only while the dialog is open.
import { announce } from "./announce.js";
import { byId } from "./dom.js";

/**
 * What getUserMedia's errors mean to the visitor, by DOMException name.
 * @type {Record<string, string>}
 */
const REASONS = {
  NotAllowedError:
    "The camera was denied. Allow it for this page in the browser's address bar, then press “Camera” again, or choose a file.",
  NotFoundError: "No camera was found. Connect one, or choose a file instead.",
  NotReadableError: "The camera is in use by another program. Close it there, then press “Camera” again.",
  OverconstrainedError: "The camera offers no usable picture size. Choose a file instead.",
};

/**
 * @param {(files: File[]) => void} take
 */
export function startCamera(take) {
  const dialog = byId("camera", HTMLDialogElement);
  const video = byId("camera-video", HTMLVideoElement);
  const error = byId("camera-error", HTMLElement);
  const shoot = byId("camera-shoot", HTMLButtonElement);
  /** @type {MediaStream | null} */
  let stream = null;
  let count = 0;

  const stop = () => {
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = null;
    video.srcObject = null;
  };
  const fail = (/** @type {string} */ sentence) => {
    error.textContent = sentence;
    error.hidden = false;
    video.hidden = true;
    announce(sentence);
  };

  byId("camera-open", HTMLButtonElement).addEventListener("click", async () => {
    error.hidden = true;
    video.hidden = false;
    shoot.disabled = true;
    dialog.showModal();
    try {
      if (!navigator.mediaDevices) throw new DOMException("", "InsecureContext");
      const opened = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
      stream = opened;
      // Closed while the browser was still asking.
      if (!dialog.open) return stop();
      video.srcObject = opened;
      await video.play();
      shoot.disabled = false;
      shoot.focus();
    } catch (caught) {
      stop();
      const name = caught instanceof DOMException ? caught.name : "";
      fail(
        REASONS[name] ??
          `The camera could not be opened (${name || String(caught)}). It needs an https address and a browser that allows it; ` +
            "choose a file instead.",
      );
    }
  });

  shoot.addEventListener("click", async () => {
    const blob = await frameOf(video);
    if (!blob) {
      fail("The camera gave no picture. Close this window, then press “Camera” again.");
      return;
    }
    count += 1;
    dialog.close();
    take([new File([blob], `Camera picture ${count}.png`, { type: blob.type })]);
  });
  byId("camera-close", HTMLButtonElement).addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", stop);
}

/**
 * @param {HTMLVideoElement} video
 * @returns {Promise<Blob | null>}
 */
function frameOf(video) {
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext("2d")?.drawImage(video, 0, 0);
  // Not lossy: the network shall see what the camera saw.
  return new Promise((resolve) => {
    canvas.toBlob(resolve, "image/png");
  });
}
