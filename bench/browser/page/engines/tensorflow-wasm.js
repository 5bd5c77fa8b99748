import { setThreadsCount, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { hostTensorFlow } from "./tensorflow.js";

hostTensorFlow("wasm", (threads) => {
  setWasmPaths(new URL("tensorflow/", location.href).href);
  // With one thread its build without threads, which has nothing to synchronise.
  if (threads === 1) tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
  else setThreadsCount(threads);
});
