/** Training in Node: data sets, the loop with early stopping, checkpoints, weights in files, the report. */

export {
  decodeSafetensors,
  encodeSafetensors,
  FormatError,
  type NamedTensor,
} from "../safetensors.ts";
export {
  type Checkpoint,
  type RunIdentity,
  readCheckpoint,
  saveCheckpoint,
} from "./checkpoint.ts";
export { DivergedError, type Trained, trainClassifier } from "./classifier.ts";
export {
  type EarlyStoppingSettings,
  type EarlyStoppingState,
  type TrainingEvent,
  type TrainingResult,
  trainWithEarlyStopping,
} from "./early-stopping.ts";
export type { HistoryRow } from "./history.ts";
export { decodeIdx } from "./idx.ts";
export { type ImageData, type LabelledImages, loadDigits, loadMnist } from "./mnist.ts";
export { columnsOf, rowsOf, tilePicture } from "./pictures.ts";
export { type Filters, type ReportData, renderReport, writeReport } from "./report.ts";
export { type Create, createOn } from "./target.ts";
export type { ClassifierTask, ClassifierTrainer, TrainOptions } from "./task.ts";
export { loadWeights, restore, saveWeights, snapshot } from "./weights.ts";
