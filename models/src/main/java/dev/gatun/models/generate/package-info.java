/** Text generation with a trained language model. */
package dev.gatun.models.generate;
