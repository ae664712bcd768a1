/** What generated code and programs import: small, and free of anything but JavaScript itself. */

export {
  type ElementArray,
  InputError,
  type TensorArray,
  type TensorLike,
  type TypedArray,
} from "./arrays.ts";
export { createFastest } from "./fastest.ts";
export { Profile, type ProfileFrame, type ProfileRow } from "./profile.ts";
export type {
  ArraySignature,
  Dim,
  DType,
  FunctionSignature,
  RowsSignature,
  SharedSignature,
  Signature,
} from "./signature.ts";
export {
  type AsyncProgram,
  type AsyncShared,
  type CreateOptions,
  createAsyncTrainer,
  createTrainer,
  type GetOptions,
  type SetOptions,
  type Shared,
  type SyncProgram,
  variablesOf,
} from "./trainer.ts";
export { UnavailableError } from "./unavailable.ts";
