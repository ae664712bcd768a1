import { conv2d, fn, shared, tensor4, zeros } from "adjoint";

const images = tensor4(20, 3, 28, 28);
const filters = shared(zeros(8, 1, 5, 5));
export const features = fn([images], conv2d(images, filters));
