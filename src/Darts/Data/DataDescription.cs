namespace MIOpenDarts.Darts.Data;

/// <summary>What was recognised in a data set, and what was left out and why, so that nothing vanishes without a word.</summary>
/// <param name="Form">How the data is kept, in words.</param>
/// <param name="Train">Where the training images come from.</param>
/// <param name="Test">Where the test images come from; null without any.</param>
/// <param name="LeftOut">What was not taken, by reason.</param>
internal sealed record DataDescription(string Form, string Train, string? Test, IReadOnlyList<LeftOut> LeftOut)
{
    /// <summary>Of images that no source is known of.</summary>
    public static DataDescription Unknown { get; } = new("images", "memory", null, []);

    /// <summary>By what the form was recognised.</summary>
    public string? Because { get; init; }

    /// <summary>How the images are kept while they are used; null where they are not read yet.</summary>
    public string? Kept { get; init; }

    /// <summary>Messages about files that cannot be used, each with its file's name.</summary>
    public IReadOnlyList<string> Damaged { get; init; } = [];

    /// <summary>All that was left out, in one line; null for nothing.</summary>
    public string? Summary => LeftOut.Count == 0 ? null : string.Join("; ", LeftOut);

    /// <summary>The same for use in a message; empty for nothing.</summary>
    internal string InBrackets => Summary is { } left ? $" (left out: {left})" : "";

    /// <summary>Refuses a set with files that cannot be used.</summary>
    /// <param name="name">Name or folder of the set.</param>
    /// <exception cref="DataException">There are some; the message names the first and how many there are.</exception>
    public void RequireSound(string name)
    {
        if (Damaged.Count == 0) return;
        throw new DataException(Damaged.Count == 1 ? Damaged[0]
            : $"{Damaged[0]}; so are {Damaged.Count - 1} more, which this lists: miopendarts data {name}");
    }
}

/// <summary>Some files or folders that were left out for one reason.</summary>
/// <param name="What">What they are.</param>
/// <param name="Count">How many.</param>
/// <param name="Examples">The first of them, or counts of their kinds.</param>
internal sealed record LeftOut(string What, int Count, string Examples)
{
    /// <summary>Such as <c>2 hidden folders (.git, .ipynb_checkpoints)</c>.</summary>
    public override string ToString() => $"{Count} {What} ({Examples})";
}
