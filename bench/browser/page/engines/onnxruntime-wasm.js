import * as ort from "onnxruntime-web/wasm";
import { hostOnnxRuntime } from "./onnxruntime.js";

hostOnnxRuntime(ort, "wasm", "ort-wasm-simd-threaded");
