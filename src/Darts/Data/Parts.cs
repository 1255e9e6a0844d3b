namespace MIOpenDarts.Darts.Data;

/// <summary>Which part of a set a folder or a file is, by its name.</summary>
internal static class Parts
{
    /// <summary>Names of training parts, the preferred one first.</summary>
    public static string[] Train { get; } = ["train", "training"];

    /// <summary>Names of parts to test on, the preferred one first.</summary>
    public static string[] Test { get; } = ["test", "testing", "val", "valid", "validation"];

    /// <summary>Place of a folder's name in a list, in any case; negative where it is none of them.</summary>
    public static int Rank(string path, string[] names) =>
        Array.FindIndex(names, name => string.Equals(name, Path.GetFileName(path), StringComparison.OrdinalIgnoreCase));

    /// <summary>
    /// The files of the preferred training and test part among files called such as <c>train-00000-of-00002.parquet</c>, each in the order
    /// of names. Files whose names are those of no part are for training where there is no other for that.
    /// </summary>
    public static (string[] Train, string[] Test, string[] Others) Split(IEnumerable<string> files)
    {
        var byName = files.Order(StringComparer.Ordinal).ToLookup(NameOf, StringComparer.OrdinalIgnoreCase);
        var train = Train.Select(name => byName[name]).FirstOrDefault(part => part.Any()) ?? byName[""];
        var test = Test.Select(name => byName[name]).FirstOrDefault(part => part.Any()) ?? [];
        string[] others = [.. byName.SelectMany(part => part).Except(train).Except(test).Order(StringComparer.Ordinal)];
        return ([.. train], [.. test], others);
    }

    // The first word of a file's name; empty where it is none of a part.
    private static string NameOf(string path)
    {
        var name = Path.GetFileName(path);
        var word = name[..name.TakeWhile(char.IsAsciiLetter).Count()];
        return Rank(word, Train) >= 0 || Rank(word, Test) >= 0 ? word : "";
    }
}
