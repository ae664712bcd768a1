import { conv2d, fn, maxPool2d, shared, tensor4, zeros } from "adjoint";

const images = tensor4(20, 1, 8, 8);
const filters = shared(zeros(8, 1, 5, 5));
const features = conv2d(images, filters);
export const pooled = fn([images], conv2d(maxPool2d(features, 2), zeros(8, 8, 3, 3)));
