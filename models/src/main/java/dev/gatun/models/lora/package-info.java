/** Low-rank adaptation of language models. */
package dev.gatun.models.lora;
