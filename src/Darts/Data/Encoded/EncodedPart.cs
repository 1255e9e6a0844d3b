namespace MIOpenDarts.Darts.Data.Encoded;

/// <summary>Images of one part of a set with their classes.</summary>
/// <param name="Name">The folder or files that they lie in.</param>
/// <param name="Images">The images.</param>
/// <param name="Labels">Class of each.</param>
internal sealed record EncodedPart(string Name, EncodedImages Images, int[] Labels);
