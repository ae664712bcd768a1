/** Training in Node: data sets, the loop with early stopping, weights in files, the report. */

export {
  decodeSafetensors,
  encodeSafetensors,
  FormatError,
  type NamedTensor,
} from "../safetensors.ts";
export {
  type ClassifierTask,
  type ClassifierTrainer,
  DivergedError,
  type Trained,
  type TrainOptions,
  trainClassifier,
} from "./classifier.ts";
export {
  type EarlyStoppingSettings,
  type TrainingEvent,
  type TrainingResult,
  trainWithEarlyStopping,
} from "./early-stopping.ts";
export { decodeIdx } from "./idx.ts";
export { type ImageData, type LabelledImages, loadDigits, loadMnist } from "./mnist.ts";
export { type ReportData, renderReport, writeReport } from "./report.ts";
export { loadWeights, restore, saveWeights, snapshot } from "./weights.ts";
