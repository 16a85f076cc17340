/** Tensors on disk, in the safetensors format. */
package dev.gatun.models.checkpoint;
