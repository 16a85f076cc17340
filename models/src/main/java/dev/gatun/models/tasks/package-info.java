/**
 * What each kind of model brings to the {@link dev.gatun.models.train.Trainer}, and the kinds that a run folder can be
 * opened as again. {@link dev.gatun.models.tasks.ImageTask} serves every classifier of images, {@link
 * dev.gatun.models.tasks.LanguageTask} serves every {@link
 * dev.gatun.models.language.LanguageModel}: windows of tokens, a tokenizer beside the weights, scores to sample from.
 *
 * <p>A new architecture for text implements {@code LanguageModel} and gets an entry in {@link
 * dev.gatun.models.tasks.ModelKind}. Something else to train, images say, implements {@link
 * dev.gatun.models.train.Task} here.
 */
package dev.gatun.models.tasks;
