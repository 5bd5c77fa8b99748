import * as ort from "onnxruntime-web/webgpu";
import { hostOnnxRuntime } from "./onnxruntime.js";

hostOnnxRuntime(ort, "webgpu", "ort-wasm-simd-threaded.asyncify");
