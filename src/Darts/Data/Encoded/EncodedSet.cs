namespace MIOpenDarts.Darts.Data.Encoded;

/// <summary>A set of JPEG or PNG images as it was found, none of them opened.</summary>
/// <param name="Classes">Number of classes.</param>
/// <param name="ClassNames">Their names, where there are any.</param>
/// <param name="Train">Training images.</param>
/// <param name="Test">Test images; null without any.</param>
/// <param name="Description">What was recognised and left out.</param>
internal sealed record EncodedSet(
    int Classes, string[]? ClassNames, EncodedPart Train, EncodedPart? Test, DataDescription Description);
