/** What is measured: systems that can run the same training step on the same data. */

/** A workload: data, starting parameters, and how often a step is run. */
export interface Workload {
  readonly name: string;
  readonly batch: number;
  readonly images: Float32Array;
  readonly labels: Int32Array;
  readonly rate: number;
}

/** One system running one workload. */
export interface Peer {
  readonly system: string;
  /** Runs a step on batch `index`. */
  step(index: number): unknown;
  /** Parameters after the steps so far, to prove that the work is equal. */
  parameters(): Promise<readonly Float32Array[]> | readonly Float32Array[];
  dispose(): void;
}

/** Makes a peer, or says why it is not there. */
export interface PeerFactory {
  readonly system: string;
  create(workload: Workload): Promise<Peer>;
}
