/** Examples that are grids of numbers, spectrograms and stacks of frames, with their classes. */
package dev.gatun.models.data.features;
