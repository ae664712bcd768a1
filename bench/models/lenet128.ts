/** LeNet on batches of 128. */

import { lenet } from "./layers/lenet.ts";

export const { W1, b1, W2, b2, W3, b3, W4, b4, images, labels, train } = lenet(128);
