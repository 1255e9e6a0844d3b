namespace MIOpenDarts.Darts.Export;

/// <summary>Keys of the metadata of an exported model.</summary>
internal static class OnnxMetadata
{
    /// <summary>A genotype's text, or the name of a hand-made network.</summary>
    public const string Network = "network";

    /// <summary>Mean of each channel in 0..1, with commas between; only where the graph takes normalised images.</summary>
    public const string Mean = "mean";

    /// <summary>Standard deviation of each channel in 0..1, as the mean.</summary>
    public const string Deviation = "deviation";

    /// <summary>Names of the classes as a JSON array; only where they are known.</summary>
    public const string Classes = "classes";

    /// <summary><c>true</c> where images are scaled with a border that is then left away; only then.</summary>
    public const string WholeImages = "whole_images";
}
