using CsCheck;

namespace MIOpenDarts.Layers.Tests;

public class PropertyTests
{
    [Fact]
    public void The_same_different_cases_are_drawn_in_every_run()
    {
        var (first, second) = (Drawn(), Drawn());
        Assert.Equal(first, second);
        Assert.InRange(first.Distinct().Count(), first.Length / 2, first.Length);
    }

    [Fact]
    public void A_failure_names_its_case_and_the_seed_that_draws_it_again()
    {
        var error = Assert.Throws<InvalidOperationException>(() => Gen.Int[0, 9].Holds(_ => false));
        Assert.StartsWith("case 0 of 100: ", error.Message);
        Assert.Contains($"{Property.Variable}=", error.Message);
    }

    [Fact]
    public void The_seed_is_fixed_unless_chance_or_another_is_asked_for()
    {
        Assert.Equal(Property.Choose(null), Property.Choose("0"));
        Assert.NotEqual(Property.Choose("1"), Property.Choose("1"));
        Assert.Equal(77UL, Property.Choose("77"));
        Assert.Contains("tonight", Assert.Throws<ArgumentException>(() => Property.Choose("tonight")).Message);
    }

    private static double[] Drawn()
    {
        var drawn = new List<double>();
        Gen.Double[0, 1].Holds(drawn.Add);
        return [.. drawn];
    }
}
