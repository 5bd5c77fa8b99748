// burn keeps its GPUDevice to itself. To hear of a loss at once, even between photos, the adapter's
// requestDevice is wrapped before the package asks for a device.

/** @type {string | null} the name of the adapter of the last device; null before there is one */
let usedAdapter = null;

/**
 * wgpu passes on the adapter's description alone, which browsers often leave empty: here are its other names.
 * @returns {string | null}
 */
export function adapterInUse() {
  return usedAdapter;
}

/**
 * @param {(reason: string) => void} onLost called at most once for each device
 */
export function watchDevices(onLost) {
  if (typeof GPUAdapter === "undefined") return;
  const original = GPUAdapter.prototype.requestDevice;
  /**
   * @this {GPUAdapter}
   * @param {GPUDeviceDescriptor} [descriptor]
   */
  GPUAdapter.prototype.requestDevice = async function requestDevice(descriptor) {
    const device = await original.call(this, descriptor);
    usedAdapter = nameOf(this.info);
    void device.lost.then((lost) => onLost(lost.message || lost.reason));
    return device;
  };
}

/**
 * Asks for a WebGPU adapter, before the large package is fetched.
 * @returns {Promise<{gpu: boolean, adapter: string | null}>} adapter null where none is offered
 */
export async function probeAdapter() {
  const gpu = /** @type {{gpu?: GPU}} */ (navigator).gpu;
  if (!gpu) return { gpu: false, adapter: null };
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" }).catch(() => null);
  if (!adapter) return { gpu: true, adapter: null };
  return { gpu: true, adapter: nameOf(adapter.info) };
}

/**
 * Tells as much as the browser's protection against fingerprinting allows.
 * @param {GPUAdapterInfo | undefined} info undefined in browsers from before GPUAdapter.info
 * @returns {string}
 */
function nameOf(info) {
  if (!info) return "not named by the browser";
  const { vendor, architecture, device, description } = info;
  return description || [vendor, architecture, device].filter(Boolean).join(" ") || "not named by the browser";
}
