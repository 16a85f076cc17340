/** Decoders of the Llama family: RMS norm, rotary positions, gated layers, grouped queries. */
package dev.gatun.models.llama;
